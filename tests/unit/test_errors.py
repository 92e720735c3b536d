"""The tree of errors is the one that is drawn, and each has the exit code that is drawn beside it."""

import re
from collections.abc import Iterator

import pytest

from askance import errors
from askance.errors import AskanceError, ModelError, WireError


def tree(kind: type[AskanceError]) -> Iterator[type[AskanceError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def drawn() -> dict[str, int]:
    """The classes and exit codes in the module's docstring."""
    return {match[1]: int(match[2]) for match in re.finditer(r"── (\w+Error)\b.*?EX_\w+ (\d+)", str(errors.__doc__))}


def test_the_drawing_is_the_tree() -> None:
    assert {kind.__name__: kind.exit_code for kind in tree(AskanceError) if kind is not AskanceError} == drawn()


@pytest.mark.parametrize("kind", [kind for kind in tree(AskanceError) if not issubclass(kind, WireError)])
def test_every_error_carries_its_hint(kind: type[AskanceError]) -> None:
    error = kind("no such thing: x", hint="askance doctor")

    assert ("no such thing: x", "askance doctor") == (str(error), error.hint)
    assert kind("alone").hint is None
    assert ("no such thing: x; askance doctor", "alone") == (error.advice, kind("alone").advice)


def test_an_error_of_a_peer_has_a_code_and_is_for_good_unless_it_says_so() -> None:
    assert ("sha", True, None) == ((error := WireError("x", code="sha")).code, error.permanent, error.hint)
    assert not WireError("x", code="sha", permanent=False).permanent


def test_an_error_of_ours_is_caught_as_one() -> None:
    with pytest.raises(AskanceError):
        raise ModelError("ruined")


def test_no_error_tells_the_login_of_a_camera() -> None:
    assert "no picture: rtsp://***@camera/live" == str(ModelError("no picture: rtsp://viewer:s3cret@camera/live"))
