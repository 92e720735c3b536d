"""The rules stage exports what the pipeline needs."""

from askance.edge import rules


def test_every_exported_name_is_there() -> None:
    assert [name for name in rules.__all__ if not hasattr(rules, name)] == []
