"""A YAML document whose every value knows the file and line it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from askance.errors import ConfigError
from askance.redaction import redact

Scalar: TypeAlias = bool | int | float | str | date | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
KeyPath: TypeAlias = tuple[str | int, ...]

_OWN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "timestamp", "map", "seq")
)


_WELL_FORMED: Final = {
    "tag:yaml.org,2002:timestamp": "write a day that the calendar has, as in 2027-01-31; put text in quotes",
    "tag:yaml.org,2002:int": "write a number with fewer digits; put text in quotes",
}
"""What to do about a value that looks like one of a type and is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written.

    Attributes:
        source: the file as the operator named it, or the name of an environment variable.
        line: counted from 1; None in an environment variable.
        folder: the file's folder, which its relative paths start from; None in an environment variable.
    """

    source: str
    line: int | None = None
    folder: Path | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """A value and the place of each of its parts; the place of a mapping's entry is that of its key.

    Attributes:
        value: what the YAML says, in plain Python values.
        places: by key path; the empty path is the document's own place.
    """

    value: Value
    places: Mapping[KeyPath, Place]

    def resolve(self, location: KeyPath) -> KeyPath:
        """Reduce a validation error's location to keys that stand in the document.

        pydantic puts the tags of unions and the names of absent keys into its locations; both are skipped.
        """
        path: KeyPath = ()
        for part in location:
            if (*path, part) in self.places:
                path = (*path, part)
        return path

    def place(self, location: KeyPath = ()) -> Place:
        """Return where the value at ``location`` is written, or the nearest value around it."""
        return self.places[self.resolve(location)]


def write_path(path: KeyPath) -> str:
    """Write a key path as people do: ``cameras[0].url``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def parse_document(text: str, place: Place) -> Document:
    """Read one YAML document; an empty one is an empty mapping.

    Raises:
        ConfigError: not YAML, a duplicate key (both lines are named), an alias, a tag, a key that is no text,
            or nested too deeply.
    """
    places: dict[KeyPath, Place] = {(): place}
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        value = {} if root is None else _Reader(loader, place, places=places).read(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = place.line if mark is None else mark.line + 1
        raise ConfigError(
            f"{Place(place.source, line)}: not valid YAML: {error.problem or error.context}",
            hint="check the indentation, the colons and the quotes of this line and the one above",
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(
            f"{place.source}: not valid YAML: {str(error).splitlines()[0]}",
            hint="save the file as UTF-8 text with modest nesting",
        ) from error
    return Document(value, places)


def parse_scalar(text: str) -> Scalar:
    """Give ``text`` the type that YAML gives an unquoted word: null, boolean, number, date or text."""
    loader = _Loader("")
    tag: str = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # the stubs' gap
    try:
        scalar: Scalar = loader.construct_object(yaml.ScalarNode(tag if tag in _OWN_TAGS else "", text))
    except (ValueError, yaml.YAMLError):
        return text
    return scalar


def merge(base: Document, over: Document) -> Document:
    """Lay ``over`` on ``base``: mappings are joined key by key, anything else replaces what was there."""
    value, places = _join((base.value, base.places), (over.value, over.places), path=())
    return Document(value, places)


_Placed: TypeAlias = tuple[Value, Mapping[KeyPath, Place]]


def _join(base: _Placed, over: _Placed, *, path: KeyPath) -> tuple[Value, dict[KeyPath, Place]]:
    """Join two values at ``path``; returns the value and the places at and below it."""
    old, new = base[0], over[0]
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new, _below(over[1], path)
    places = {path: base[1].get(path, over[1][path])}
    merged: dict[str, Value] = {}
    for key in old | new:
        inner = (*path, key)
        if key not in new:
            merged[key], more = old[key], _below(base[1], inner)
        elif key not in old:
            merged[key], more = new[key], _below(over[1], inner)
        else:
            merged[key], more = _join((old[key], base[1]), (new[key], over[1]), path=inner)
        places |= more
    return merged, places


def _below(places: Mapping[KeyPath, Place], path: KeyPath) -> dict[KeyPath, Place]:
    return {other: place for other, place in places.items() if other[: len(path)] == path}


class _Loader(yaml.SafeLoader):
    """Composes nodes without following aliases: a file of a few lines could otherwise grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs' gap
            raise yaml.MarkedYAMLError(
                problem=f"aliases are not understood, write the value out: *{event.anchor}",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


class _Reader:
    """Turns composed nodes into plain values and notes their places."""

    def __init__(self, loader: _Loader, place: Place, *, places: dict[KeyPath, Place]) -> None:
        self._loader = loader
        self._file = place
        self._places = places

    def read(self, node: yaml.Node, path: KeyPath) -> Value:
        """Return the value of ``node``, which stands at ``path``."""
        self._places.setdefault(path, self._at(node))
        if isinstance(node, yaml.MappingNode) and node.tag in _OWN_TAGS:
            return {key: self.read(value, (*path, key)) for key, value in self._entries(node, path)}
        if isinstance(node, yaml.SequenceNode) and node.tag in _OWN_TAGS:
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _entries(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, yaml.Node]]:
        first: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key, place = self._scalar(key_node), self._at(key_node)
            if not isinstance(key, str):
                raise ConfigError(f"{place}: a key has to be text: {key}", hint="put the key in quotes")
            if key in first:
                raise ConfigError(
                    f"{place}: duplicate key: {write_path((*path, key))}, already in line {first[key].line}",
                    hint="keep one of the two",
                )
            first[key] = self._places[*path, key] = place
            yield key, value_node

    def _scalar(self, node: yaml.Node) -> Scalar:
        if not isinstance(node, yaml.ScalarNode) or node.tag not in _OWN_TAGS:
            raise ConfigError(
                f"{self._at(node)}: not understood here: {node.tag.removeprefix('tag:yaml.org,2002:')}",
                hint="put text in quotes and use no tags",
            )
        try:
            scalar: Scalar = self._loader.construct_object(node)
        except ValueError as error:
            said = redact(node.value)[:40]
            raise ConfigError(
                f"{self._at(node)}: {error}: {said}", hint=_WELL_FORMED.get(node.tag, "put text in quotes")
            ) from error
        return scalar

    def _at(self, node: yaml.Node) -> Place:
        return Place(self._file.source, node.start_mark.line + 1, self._file.folder)
