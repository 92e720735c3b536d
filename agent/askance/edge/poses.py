"""Where a camera looks that turns, as the device is told: the name of a preset."""

from typing import Annotated, Final

from pydantic import StringConstraints, TypeAdapter, ValidationError

from askance.edge.readings import read_value

PRESET_PATTERN: Final = r"^[^\x00-\x1f\x7f]{1,64}$"

Preset = Annotated[str, StringConstraints(strip_whitespace=True, pattern=PRESET_PATTERN)]
"""What a pose is called: 1 to 64 characters that stand in a line."""

_PRESET: Final = TypeAdapter(Preset)


def read_preset(payload: bytes, *, key: str | None) -> str | None:
    """Return the name of a pose that a message holds; None: it says that nobody knows where the camera looks.

    Args:
        payload: the name, plain or as JSON, or a JSON object with it; a whole number is a name, too. Nothing, or null,
            is none.
        key: where in the object it stands, such as ``ptz.preset``; None: the payload is the name.

    Raises:
        ValueError: there is no such name; the text is the same for all messages of a kind.
    """
    try:
        found = read_value(payload, key=key)
    except ValueError:
        if key is not None:
            raise
        found = payload  # plain
    if found is None or found in ("", b""):
        return None
    try:
        return _PRESET.validate_python(str(found) if type(found) is int else found)
    except ValidationError as error:
        raise ValueError("no name of a pose" if key is None else f"{key} is no name of a pose") from error
