"""What a model accepts: its JSON Schema for editors, and the fields that stand at a key path."""

from collections.abc import Iterator
from datetime import timedelta
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import to_jsonable_python

from askance.settings.document import KeyPath
from askance.units import format_duration


class _Schema(GenerateJsonSchema):
    """Writes default durations as people do."""

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 (the signature is pydantic's)
        return (
            to_jsonable_python(dft, timedelta_mode="float") if not isinstance(dft, timedelta) else format_duration(dft)
        )


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the files that ``model`` reads."""
    return {"$schema": _Schema.schema_dialect} | model.model_json_schema(schema_generator=_Schema)


def schema_name(model: type[BaseModel]) -> str | None:
    """Return the name under which ``askance config schema`` knows the model: the title in its ``model_config``."""
    return model.model_config.get("title")


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """List the keys that a model reads."""
    for name, field in model.model_fields.items():
        yield field.alias or name


def types_at(annotation: object, path: KeyPath) -> Iterator[object]:
    """List every plain type that may stand at ``path`` below ``annotation``; unions branch."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from types_at(arguments[0], path)
    elif origin in {Union, UnionType}:
        for member in arguments:
            yield from types_at(member, path)
    elif not path:
        yield annotation
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if path[0] == (field.alias or name):
                yield from types_at(field.annotation, path[1:])
    elif isinstance(path[0], int) and arguments:
        member = arguments[0] if Ellipsis in arguments or len(arguments) <= path[0] else arguments[path[0]]
        yield from types_at(member, path[1:])
    elif isinstance(path[0], str) and len(arguments) == 2:  # noqa: PLR2004 (key and value of a mapping)
        yield from types_at(arguments[1], path[1:])
