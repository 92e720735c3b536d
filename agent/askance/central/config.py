"""The centre's configuration: one tree of documented fields."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from askance.sections import BrokerSection, LogSection, Section
from askance.units import ByteSize, Duration
from askance.wire.identity import DeviceName


class StorageSection(Section):
    """Where the centre keeps what it received."""

    path: Annotated[Path, Field(description="folder of catalog.db and blobs")] = Path("/var/lib/askance/central")
    staging_ttl: Annotated[Duration, Field(description="how long parts of an unfinished frame are kept")] = timedelta(
        days=7
    )
    dead_letters: Annotated[int, Field(ge=0, le=10**6, description="refused messages kept for inspection")] = 10_000


class ReceiverSection(Section):
    """What the centre accepts."""

    devices: Annotated[
        tuple[DeviceName, ...] | None, Field(description="devices that may send; null: every device the broker lets in")
    ] = None
    shared_group: Annotated[
        str | None,
        Field(pattern=r"^[a-z0-9-]+$", description="share the work with other receivers where the broker can"),
    ] = "rx"
    receive_maximum: Annotated[int, Field(ge=1, le=65535, description="messages the broker may send ahead")] = 16
    credit: Annotated[int, Field(ge=1, le=100, description="frames a device may have under way at once")] = 16
    max_frame: Annotated[ByteSize, Field(ge=1024, le=8 * 2**20, description="largest envelope accepted")] = 8 * 2**20


class QueueSection(Section):
    """How frames are handed to people."""

    lease: Annotated[Duration, Field(description="how long a claimed frame is kept for the one who claimed it")] = (
        timedelta(minutes=30)
    )
    attempts: Annotated[int, Field(ge=1, le=100, description="leases that may expire before the frame is parked")] = 5


class CentralConfig(Section):
    """Everything the centre can be told."""

    model_config = ConfigDict(title="central")  # the name that `askance config schema` knows

    storage: StorageSection = StorageSection()
    receiver: ReceiverSection = ReceiverSection()
    queue: QueueSection = QueueSection()
    labels: Annotated[Path | None, Field(description="label map; null: the shipped COCO one")] = None
    broker: BrokerSection = BrokerSection()
    log: LogSection = LogSection()
