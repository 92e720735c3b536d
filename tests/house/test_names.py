"""One noun per file, one sentence per file, and a test file for each."""

import ast
import re
from pathlib import Path

from support_sources import CHECKOUT, PACKAGE, Function, files, name, package, programs, tree

EMPTY_NOUNS = re.compile(r"base|common|core|helpers?|managers?|misc|services?|utils?")
UNIT = CHECKOUT / "tests" / "unit"


def has_code(path: Path) -> bool:
    """Whether a module does something: re-exports and constants alone do not."""
    return any(isinstance(node, Function | ast.ClassDef) for node in ast.walk(tree(path)))


def mirror(path: Path) -> Path:
    """Where the tests of a module stand."""
    place = path.relative_to(PACKAGE)
    return UNIT / place.parent / f"test_{place.stem.strip('_')}.py"


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [file for file in map(name, programs()) if any(map(EMPTY_NOUNS.fullmatch, re.split(r"[/.]", file)))] == []


def test_every_module_with_code_has_its_own_test_file() -> None:
    missing = {name(path): name(mirror(path)) for path in package() if has_code(path) and not mirror(path).is_file()}

    assert missing == {}


def test_every_unit_test_file_mirrors_a_module() -> None:
    expected = {mirror(path) for path in package()}

    assert [name(path) for path in files(UNIT, ".py") if path not in expected] == []


def test_every_file_begins_with_one_sentence() -> None:
    wrong: dict[str, str] = {}
    for path in programs():
        first = (ast.get_docstring(tree(path)) or "").partition("\n")[0]
        if not first.endswith(".") or re.search(r"[.!?] +[A-Z]", first):
            wrong[name(path)] = first

    assert wrong == {}
