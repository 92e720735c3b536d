"""The only place where a "/" is written: topic names, built and read."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from askance.wire.identity import DEVICE_PATTERN, DeviceId

ROOT: Final = "askance/1"


class Up(StrEnum):
    """What a device publishes."""

    FRAME = "f"
    CHUNK = "c"
    QUERY = "q"
    STATUS = "s"
    EVENT = "e"


class Down(StrEnum):
    """What a device receives."""

    RECEIPTS = "a"


_UP: Final = re.compile(f"{ROOT}/d/({DEVICE_PATTERN})/up/([{''.join(Up)}])")


@dataclass(frozen=True, slots=True)
class UpTopic:
    """A topic that a device publishes on."""

    device: DeviceId
    kind: Up


def up(device: DeviceId, kind: Up) -> str:
    """Name the topic on which ``device`` publishes ``kind``."""
    return f"{ROOT}/d/{device}/up/{kind}"


def down(device: DeviceId, kind: Down) -> str:
    """Name the topic on which ``device`` receives ``kind``."""
    return f"{ROOT}/d/{device}/dn/{kind}"


def parse_up(topic: str) -> UpTopic | None:
    """Read a device's topic; None when it is none of ours."""
    match = _UP.fullmatch(topic)
    return None if match is None else UpTopic(DeviceId(match[1]), Up(match[2]))


def every_up(*, shared_group: str | None) -> str:
    """Filter for everything that devices publish, as a shared subscription when the broker offers it."""
    plain = f"{ROOT}/d/+/up/#"
    return plain if shared_group is None else f"$share/{shared_group}/{plain}"
