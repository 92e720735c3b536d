"""Configuration: a YAML file, the parts in ``NAME.d`` beside it and the environment become one checked tree."""

from askance.settings.document import Document, KeyPath, Place, Value, merge, parse_document
from askance.settings.faults import locate, nearest
from askance.settings.files import bare_environment, load, read_document, validate
from askance.settings.schema import schema

__all__ = [
    "Document",
    "KeyPath",
    "Place",
    "Value",
    "bare_environment",
    "load",
    "locate",
    "merge",
    "nearest",
    "parse_document",
    "read_document",
    "schema",
    "validate",
]
