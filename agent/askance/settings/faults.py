"""Turns what pydantic found wrong into messages that name file, line and key, and what to write instead."""

import difflib
import re
from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from askance.errors import ConfigError
from askance.redaction import redact
from askance.settings.document import Document, KeyPath, write_path
from askance.settings.schema import keys_of, schema_name, types_at

_MOST_FAULTS: Final = 10
_COUNTED: Final = {"too_long": ("most", "max_length"), "too_short": ("least", "min_length")}
_EXPECTED: Final = re.compile(r"^\w+ should (?:be|have) ")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like ``word``; None when none does."""
    spelling = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), spelling, n=1)
    return spelling[close[0]] if close else None


def locate(error: ValidationError, document: Document, *, model: type[BaseModel] | None = None) -> ConfigError:
    """Say where in the document each fault stands and what was expected there.

    Args:
        error: what pydantic raised on ``document.value``.
        document: what was validated.
        model: what it was validated against; with it, unknown keys get the nearest known one, and secrets stay secret.
    """
    details = _telling(error.errors(include_url=False))
    details.sort(key=lambda detail: document.place(detail["loc"]).line or 0)
    messages = [_message(detail, document, model=model) for detail in details[:_MOST_FAULTS]]
    if len(details) > _MOST_FAULTS:
        messages.append(f"and {len(details) - _MOST_FAULTS} more")
    hints = [_suggestion(detail, document, model=model) for detail in details[:_MOST_FAULTS]]
    name = schema_name(model) if model is not None else None
    hints.append(f"see `askance config schema {name}`" if name is not None else None)
    return ConfigError("\n".join(messages), hint=" ".join(dict.fromkeys(filter(None, hints))) or None)


def secret_at(model: type[BaseModel] | None, path: KeyPath) -> bool:
    """Whether the value at ``path``, or one around it, is a secret that no message may show."""
    ends = range(len(path) + 1)
    return model is not None and any(SecretStr in types_at(model, path[:end]) for end in ends)


def _telling(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where entries of it are wrong: pydantic counts the good ones alone."""
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(other["loc"][: len(detail["loc"])] == detail["loc"] != other["loc"] for other in details)
    ]


def _message(detail: ErrorDetails, document: Document, *, model: type[BaseModel] | None) -> str:
    location = detail["loc"]
    path = document.resolve(location)
    where = document.place(path)
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key: {write_path(path)}"
    if detail["type"] == "missing":
        return f"{where}: missing key: {write_path((*path, location[-1]))}"
    if detail["type"] in _COUNTED:
        return f"{where}: {write_path(path)}: {_counted(detail)}"
    said = detail["msg"].removeprefix("Value error, ")
    said = _EXPECTED.sub("expected ", said, count=1).replace("a valid tuple", "a list")
    got = "" if detail["type"] == "value_error" or secret_at(model, path) else _got(detail)
    key = f"{write_path(path)}: " if path else ""
    return f"{where}: {key}{said[0].lower()}{said[1:]}{got}"


def _counted(detail: ErrorDetails) -> str:
    """Say how many entries there may be, and how many there are."""
    bound, key = _COUNTED[detail["type"]]
    limits = detail.get("ctx", {})
    limit, got = limits[key], limits["actual_length"]
    return f"expected at {bound} {limit} {'entry' if limit == 1 else 'entries'}, got {got or 'none'}"


def _got(detail: ErrorDetails) -> str:
    value: object = detail["input"]
    if isinstance(value, dict | list):
        return ", got keys and values" if isinstance(value, dict) else ", got a list"
    return f", got {redact(repr(value)):.60}"  # before it is cut: half an address hides no login


def _suggestion(detail: ErrorDetails, document: Document, *, model: type[BaseModel] | None) -> str | None:
    if detail["type"] != "extra_forbidden" or model is None:
        return None
    *around, word = document.resolve(detail["loc"])
    known = [
        key
        for owner in types_at(model, tuple(around))
        if isinstance(owner, type) and issubclass(owner, BaseModel)
        for key in keys_of(owner)
    ]
    near = nearest(str(word), known)
    return f"did you mean `{near}`?" if near is not None else None
