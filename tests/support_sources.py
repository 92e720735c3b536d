"""Reads this checkout's own files for the house rules."""

import ast
import io
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

CHECKOUT: Final = Path(__file__).parents[1]
PACKAGE: Final = CHECKOUT / "agent" / "askance"

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_HIDDEN_BUT_OURS: Final = {".ci", ".gitignore", ".pre-commit-config.yaml"}
_MADE_BY_TOOLS: Final = {"__pycache__", "build", "dist", "demo-out"}
_LAYOUT: Final = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def files(folder: Path, *suffixes: str) -> list[Path]:
    """List our own files below ``folder``; what tools and version control leave there is not ours."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name in _MADE_BY_TOOLS or (path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS):
            continue
        if path.is_dir():
            found.extend(files(path, *suffixes))
        elif not suffixes or path.suffix in suffixes:
            found.append(path)
    return found


def package() -> list[Path]:
    """List the modules of the package."""
    return files(PACKAGE, ".py")


def programs() -> list[Path]:
    """List every Python file: package, tests and benchmarks."""
    return files(CHECKOUT, ".py")


def tool_settings() -> dict[str, Any]:
    """Read what pyproject.toml tells the tools."""
    settings: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]
    return settings


def contracts() -> list[dict[str, Any]]:
    """Read the import contracts."""
    found: list[dict[str, Any]] = tool_settings()["importlinter"]["contracts"]
    return found


def pure() -> list[Path]:
    """List the files of the decision modules, as the import contract of that name lists them."""
    modules: list[str] = next(contract["source_modules"] for contract in contracts() if contract["id"] == "pure")
    places = [CHECKOUT / "agent" / module.replace(".", "/") for module in modules]
    return [
        file for place in places for file in (files(place, ".py") if place.is_dir() else [place.with_suffix(".py")])
    ]


def name(path: Path) -> str:
    """Name a file as people do, from the checkout's root."""
    return path.relative_to(CHECKOUT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[Function]:
    """List the functions and methods of a file, inner ones too."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def tokens(path: Path) -> Iterator[tokenize.TokenInfo]:
    """Read a file's tokens, comments included."""
    return tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)


@cache
def _code_lines(path: Path) -> frozenset[int]:
    """Number the lines that hold code: no blanks, no comments, no docstrings."""
    lines = {
        line for token in tokens(path) if token.type not in _LAYOUT for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(tree(path)):
        documented = node if isinstance(node, Function | ast.ClassDef | ast.Module) else None
        if documented is not None and ast.get_docstring(documented, clean=False) is not None:
            lines.difference_update(range(documented.body[0].lineno, (documented.body[0].end_lineno or 0) + 1))
    return frozenset(lines)


def code_lines(path: Path, function: Function) -> int:
    """Count a function's lines of code, its signature included."""
    return sum(function.lineno <= line <= (function.end_lineno or 0) for line in _code_lines(path))
