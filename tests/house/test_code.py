"""What a linter cannot know: which file may do what, and that every exception to a rule has its reason in words."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from support_sources import Function, functions, name, package, programs, pure, tokens, tree

# Broad `except` clauses, by file and function, each with its reason.
BROAD = {
    ("agent/askance/central/daemon.py", "run"): "the top of a thread: logs with traceback, and ends the program",
    ("agent/askance/deadline.py", "_attempt"): "hands whatever ended a call to the one who waits for its result",
    ("agent/askance/edge/detect/lane.py", "_run"): "hands whatever ended a pass to the one who waits for its result",
    ("agent/askance/edge/workers.py", "run"): "the top of a thread: logs with traceback, and ends the program",
    ("agent/askance/database.py", "transaction"): "rolls back whatever ended the block, and raises it again",
}

# Files that may read the environment, each with its reason.
ENVIRONMENT = {
    "agent/askance/settings/files.py": "configuration comes from here",
    "agent/askance/notify.py": "systemd's protocol is made of variables",
    "agent/askance/edge/detect/session.py": "onnxruntime takes its telemetry switch from the environment alone",
}

# What the imports do not show: `datetime` also holds values, `os` constants, and `open` needs no import at all.
OUTSIDE = {"getpid", "now", "read_bytes", "read_text", "today", "urandom", "utcnow", "write_bytes", "write_text"}

# Tests that may let time pass, each with its reason.
SLEEPING = {
    "tests/integration/test_store_crash.py": "the moment of the kill is what varies; nothing is waited for",
    "tests/chaos/test_r14_soak.py": "a soak is as long as it is; nothing is waited for",
}

MARKER = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?|(?:type|pyright):\s*ignore(?:\[[^\]]*\])?)")


def enclosing(path: Path, line: int) -> str:
    """Name the innermost function around a line."""
    around = [function for function in functions(path) if function.lineno <= line <= (function.end_lineno or 0)]
    return max(around, key=lambda function: function.lineno).name if around else "<module>"


def broad(path: Path) -> Iterator[tuple[str, str]]:
    """Find the clauses that catch everything."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = (
                {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {"Exception"}
            )
            if caught & {"Exception", "BaseException"}:
                yield name(path), enclosing(path, node.lineno)


def uses(path: Path, attribute: str, owner: str) -> bool:
    """Whether a file reads ``owner.attribute``, or imports the attribute by its name."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == attribute)
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == owner
            and attribute in {alias.name for alias in node.names}
        )
        for node in ast.walk(tree(path))
    )


def test_only_named_places_catch_everything() -> None:
    assert {found for path in package() for found in broad(path)} == set(BROAD)


@pytest.mark.parametrize("attribute", ["environ", "getenv", "environb"])
def test_only_the_settings_read_the_environment(attribute: str) -> None:
    readers = {name(path) for path in package() if uses(path, attribute, "os")}

    assert readers - set(ENVIRONMENT) == set()


def test_only_decoding_children_open_a_camera() -> None:
    openers = [name(path) for path in package() if uses(path, "VideoCapture", "cv2")]

    assert [file for file in openers if not file.startswith("agent/askance/edge/decoding/")] == []


def test_a_decision_asks_nothing_of_the_world() -> None:
    asking = [
        f"{name(path)}:{node.lineno} {called}"
        for path in pure()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ((called := ast.unparse(node.func)) == "open" or called.rpartition(".")[2] in OUTSIDE)
    ]

    assert asking == []


def test_the_package_never_prints() -> None:
    printing = [
        f"{name(path)}:{node.lineno}"
        for path in package()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert printing == []


def test_only_commands_speak_to_the_terminal() -> None:
    speaking = [name(path) for path in package() if uses(path, "echo", "click")]

    assert [file for file in speaking if not file.startswith(("agent/askance/cli/", "agent/askance/demo/"))] == []


def test_every_ignored_finding_has_its_reason_beside_it() -> None:
    silent: list[str] = []
    for path in programs():
        for token in tokens(path):
            words, markers = MARKER.subn("", token.string) if token.type == tokenize.COMMENT else ("", 0)
            if markers and re.search(r"[A-Za-z]{3}", words) is None:
                silent.append(f"{name(path)}:{token.start[0]} {token.string}")

    assert silent == []


def test_no_test_waits_by_sleeping() -> None:
    sleeping = [name(path) for path in programs() if path.name.startswith("test_") and uses(path, "sleep", "time")]

    assert [file for file in sleeping if file not in SLEEPING] == []


def test_no_test_replaces_our_own_classes_by_mocks() -> None:
    mocking = [
        name(path)
        for path in programs()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("unittest") for alias in node.names))
    ]

    assert mocking == []


def test_a_function_is_found_around_its_lines() -> None:
    here = Path(__file__)
    inner = next(node for node in functions(here) if node.name == "test_a_function_is_found_around_its_lines")

    assert isinstance(inner, Function)
    assert enclosing(here, inner.lineno + 1) == inner.name
