"""Reads configuration from the disk and the environment of this process; nothing else looks at either."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from askance.errors import ConfigError
from askance.redaction import redact
from askance.settings.document import Document, KeyPath, Place, Value, merge, parse_document
from askance.settings.environment import overlay, without_ours
from askance.settings.faults import locate
from askance.settings.schema import schema_name, types_at

Model = TypeVar("Model", bound=BaseModel)


def load(model: type[Model], path: Path | None, *, environ: Mapping[str, str] = os.environ) -> Model:
    """Build a program's configuration from ``NAME.yaml``, ``NAME.d/*.yaml`` in name order, and the environment.

    Relative paths in a file start from that file's folder, those in the environment from the working directory.

    Args:
        model: the tree of fields; its defaults fill what nobody says.
        path: the file; None: defaults and environment alone.
        environ: variables such as ``ASKANCE__BROKER__HOST``; see ``environment``.

    Raises:
        ConfigError: a file cannot be read, or anything in it is wrong; the message names file, line and key.
    """
    document = Document({}, {(): Place("configuration")})
    if path is not None:
        example = f"askance config example {schema_name(model) or 'edge'} > {path}"
        document = read_document(path, hint=f"name the file with --config, or begin with: {example}")
        for part in sorted(path.with_suffix(".d").glob("*.yaml")):
            document = merge(document, read_document(part))
    document = overlay(document, environ, model=model)
    return validate(model, document)


def bare_environment() -> dict[str, str]:
    """Return this process's environment without our configuration."""
    return without_ours(os.environ)


def validate(model: type[Model], document: Document) -> Model:
    """Check a document against a model, its relative paths resolved against the files they stand in.

    Raises:
        ConfigError: the document breaks the model.
    """
    placed = Document(_anchor(document.value, (), document=document, model=model), document.places)
    try:
        return model.model_validate(placed.value)
    except ValidationError as error:
        raise locate(error, placed, model=model) from error


def read_document(path: Path, *, hint: str | None = None) -> Document:
    """Read a YAML file; the place of every value is kept.

    Raises:
        ConfigError: the file cannot be read, is not UTF-8 or not YAML, or its root is not keys and values.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", hint=hint or "check the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text: {error.reason}", hint="save the file as UTF-8") from error
    document = parse_document(text, Place(str(path), 1, path.parent))
    if not isinstance(document.value, dict):
        raise ConfigError(f"{path}:1: expected keys and values, got {redact(repr(document.value)):.40}", hint=hint)
    return document


def _anchor(value: Value, path: KeyPath, *, document: Document, model: type[BaseModel]) -> Value:
    """Return ``value`` with every relative path made to start from the folder of its file."""
    if isinstance(value, dict):
        return {key: _anchor(child, (*path, key), document=document, model=model) for key, child in value.items()}
    if isinstance(value, list):
        return [_anchor(child, (*path, index), document=document, model=model) for index, child in enumerate(value)]
    folder = document.place(path).folder
    if isinstance(value, str) and folder is not None and Path in types_at(model, path):
        return str(folder / value)
    return value
