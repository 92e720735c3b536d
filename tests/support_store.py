"""Drafts and stores for the tests of the capture store."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from askance.database import connect
from askance.edge.config import StoreSection
from askance.edge.store import Draft, Store
from askance.edge.store.schema import INDEX_NAME, MIGRATIONS
from askance.edge.values import Instant, Spending
from askance.wire.annotations import Box, Tag
from askance.wire.capture import Arm, ClockQuality, ImageInfo, ModelInfo, Priority, Reason
from askance.wire.identity import CameraId, DeviceId, FrameId, Sha256

DEVICE = DeviceId("camera-1")
BOOT = "boot-a"
MODEL = ModelInfo(
    name="ssdlite",
    version="1",
    sha256=Sha256("ab" * 32),
    quantization="int8",
    floor=0.05,
    report=0.5,
    report_by_label={"person": 0.4},
    label_map="coco@1",
)


def make_draft(
    *,
    value: float = 0.5,
    arm: Arm = Arm.UNCERTAINTY,
    priority: Priority = Priority.DOUBTFUL,
    boxes: int = 2,
    spendings: tuple[Spending, ...] = (),
    wall_ms: int | None = 1_700_000_000_000,
) -> Draft:
    """A draft with ``boxes`` boxes and a tag."""
    box = Box(label_id=1, label="person", score=0.31, x=1.25, y=2.5, width=30.1, height=40.7, suggested=True)
    return Draft(
        camera=CameraId("gate"),
        taken=Instant(123_456_789, wall_ms, ClockQuality.NTP),
        image=ImageInfo(width=640, height=480, dhash="0123456789abcdef"),
        model=MODEL,
        annotations=(Tag(label_id=3, label="night"), *[box] * boxes),
        reasons=(
            Reason(rule="unsure", rule_version="1", signal="entropy", value=0.7, text="person 0.31", objects=(0,)),
        ),
        arm=arm,
        value=value,
        priority=priority,
        inclusion_probability=0.01 if arm is Arm.RANDOM else None,
        spendings=spendings,
    )


def open_store(
    path: Path, *, boot_id: str = BOOT, quota: int = 10**8, min_free: int = 0, random_share: float = 0.1
) -> Store:
    """The store in ``path``."""
    section = StoreSection(path=path, quota=quota, min_free=min_free, random_share=random_share)
    return Store.open(section, device=DEVICE, boot_id=boot_id, randomness=os.urandom)


def keep(store: Store, draft: Draft | None = None, *, size: int = 1000) -> FrameId:
    """Keep a frame whose JPEG has ``size`` random bytes, and insist that it is kept."""
    kept = store.keep(make_draft() if draft is None else draft, os.urandom(size))
    assert isinstance(kept, str)
    return kept


def sha_of(store: Store, frame_id: FrameId) -> Sha256:
    """The hash under which a pending frame is due."""
    return next(due.sha256 for due in store.due(1000, exclude=()) if due.frame_id == frame_id)


@contextmanager
def index_of(path: Path) -> Generator[sqlite3.Connection, None, None]:
    """The database of the store in ``path``, beside whoever else has it open."""
    connection = connect(path / INDEX_NAME, MIGRATIONS)
    try:
        yield connection
    finally:
        connection.close()
