"""Environment variables as a layer over the file: ``ASKANCE__BROKER__HOST``, ``ASKANCE__BROKER__PASSWORD_FILE``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from askance.errors import ConfigError
from askance.settings.document import Document, KeyPath, Place, Value, parse_document, parse_scalar
from askance.settings.faults import secret_at

_PREFIX: Final = "ASKANCE__"
_FROM_FILE: Final = "_file"


def without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are no configuration of ours, for a program that has one of its own."""
    return {name: value for name, value in environ.items() if not name.startswith(_PREFIX)}


def overlay(document: Document, environ: Mapping[str, str], *, model: type[BaseModel]) -> Document:
    """Lay every ``ASKANCE__A__B`` over ``document``; a number as a part of the name is a place in a list.

    A value has the type YAML gives it; one that begins with a quote or a bracket is read as YAML; secrets are text
    as they stand. ``..._FILE`` names a file whose content, stripped, is the value.

    Raises:
        ConfigError: a file that a variable names cannot be read, a value that is not YAML, or a list with a hole.
    """
    for name in sorted(environ):
        if name.startswith(_PREFIX):
            document = _set(document, _value(name, environ[name], model=model), name=name)
    return document


def _path(name: str) -> KeyPath:
    parts = name.removeprefix(_PREFIX).lower().split("__")
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def _value(name: str, text: str, *, model: type[BaseModel]) -> tuple[KeyPath, Value]:
    path = _path(name)
    last = str(path[-1])
    if last.endswith(_FROM_FILE):
        return (*path[:-1], last.removesuffix(_FROM_FILE)), _content(name, Path(text))
    if secret_at(model, path):
        return path, text
    if text[:1] in {'"', "'", "[", "{"}:
        return path, parse_document(text, Place(name)).value
    return path, parse_scalar(text)


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{name}: cannot read the file {path}: {error}", hint=f"create it, or unset {name}"
        ) from error


def _set(document: Document, entry: tuple[KeyPath, Value], *, name: str) -> Document:
    path, value = entry
    places = {known: place for known, place in document.places.items() if known[: len(path)] != path}
    places |= {path: Place(name)}
    for depth in range(len(path)):
        places.setdefault(path[:depth], Place(name))
    return Document(_put(document.value, path, value=value, name=name), places)


def _put(current: Value, path: KeyPath, *, value: Value, name: str) -> Value:
    """Return ``current`` with ``value`` at ``path``."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(part, str):
        entries = current if isinstance(current, dict) else {}
        return entries | {part: _put(entries.get(part), rest, value=value, name=name)}
    items = current if isinstance(current, list) else []
    if part > len(items):
        raise ConfigError(f"{name}: the list has {len(items)} entries, none before this one may be left out")
    old = items[part] if part < len(items) else None
    return [*items[:part], _put(old, rest, value=value, name=name), *items[part + 1 :]]
