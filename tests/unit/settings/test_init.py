"""The configuration module exports what programs need."""

from askance import settings


def test_every_exported_name_is_there() -> None:
    assert [name for name in settings.__all__ if not hasattr(settings, name)] == []
