"""Frames, messages and catalogs for the tests of the centre."""

import random
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from askance.central.blobs import BLOBS, Blobs
from askance.central.config import StorageSection
from askance.central.inbox import Bounds
from askance.central.intake import Intake
from askance.central.schema import create_catalog
from askance.wire.annotations import Annotation, Box
from askance.wire.capture import Arm, ClockQuality, ImageInfo, Manifest, ModelInfo, Moment, Reason
from askance.wire.codec import Chunk, digest, dump_json, pack, pack_chunk
from askance.wire.identity import CameraId, DeviceId, FrameId, Sha256, new_frame_id
from askance.wire.receipts import Asked, Query
from askance.wire.topics import Up, up

DEVICE = DeviceId("camera-1")
BOUNDS = Bounds(None, 8 * 2**20, unfinished=32)
PERSON = Box(label_id=1, label="person", score=0.62, x=4, y=3, width=20, height=30)
HINT = Box(label_id=3, label="car", score=0.12, x=30, y=5, width=16, height=10, suggested=True)
REASON = Reason(rule="unsure", rule_version="1", signal="near_threshold", value=0.8, text="car 0.12", objects=(1,))


@cache
def make_jpeg(width: int = 64, height: int = 48, *, seed: int = 0, noise: bool = True) -> bytes:
    """A real JPEG."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if not noise:
        pixels[:] = 90
    ok, data = cv2.imencode(".jpg", pixels)
    assert ok
    return data.tobytes()


def frame_id(number: int) -> FrameId:
    """The id of a test's ``number``-th frame."""
    return new_frame_id(wall_ms=1_700_000_000_000 + number, randomness=number.to_bytes(10, "big"))


def make_manifest(  # noqa: PLR0913 (a manifest has many fields, and a test names the one it is about)
    number: int = 0,
    *,
    device: DeviceId = DEVICE,
    value: float = 0.5,
    annotations: tuple[Annotation, ...] = (PERSON, HINT),
    reasons: tuple[Reason, ...] = (REASON,),
    arm: Arm = Arm.UNCERTAINTY,
    size: tuple[int, int] = (64, 48),
    wall_ms: int | None = 1_700_000_000_000,
    boot_id: str = "boot-a",
) -> Manifest:
    """The manifest of a test's ``number``-th frame."""
    return Manifest(
        frame_id=frame_id(number),
        device=device,
        camera=CameraId("gate"),
        taken=Moment(boot_id=boot_id, seq=number, monotonic_ns=number, wall_ms=wall_ms, clock=ClockQuality.NTP),
        image=ImageInfo(width=size[0], height=size[1]),
        model=ModelInfo(
            name="ssdlite",
            version="1",
            sha256=Sha256("ab" * 32),
            quantization="int8",
            floor=0.05,
            report=0.5,
            label_map="coco@1",
        ),
        annotations=annotations,
        reasons=reasons,
        arm=arm,
        inclusion_probability=0.01 if arm is Arm.RANDOM else None,
        value=value,
    )


def make_envelope(number: int = 0, *, value: float = 0.5, device: DeviceId = DEVICE, noise: bool = True) -> bytes:
    """The envelope of a test's ``number``-th frame; some 4 kB with noise, 2 kB without."""
    return pack(make_manifest(number, value=value, device=device), make_jpeg(seed=number, noise=noise))


def make_chunks(envelope: bytes, number: int = 0, *, size: int = 1000) -> list[bytes]:
    """An envelope cut into chunk messages."""
    return [
        pack_chunk(Chunk(frame_id(number), digest(envelope), len(envelope), at, envelope[at : at + size]))
        for at in range(0, len(envelope), size)
    ]


def make_query(*frames: tuple[FrameId, bytes]) -> bytes:
    """A query about frames and their envelopes."""
    return dump_json(Query(q=tuple(Asked(id=one, sha=digest(data), size=len(data)) for one, data in frames)))


def topic(kind: Up, device: DeviceId = DEVICE) -> str:
    """A device's topic."""
    return up(device, kind)


class Clock:
    """Seconds since 1970 that pass when the test says so."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def open_intake(
    folder: Path, *, clock: Clock | None = None, dead_letters: int = 100, bounds: Bounds = BOUNDS
) -> Intake:
    """An intake over a real catalog and real blobs in ``folder``."""
    return Intake(
        create_catalog(folder),
        Blobs(folder / BLOBS),
        storage=StorageSection(path=folder, dead_letters=dead_letters),
        bounds=bounds,
        clock=clock or Clock(),
    )


def shuffled(items: list[bytes], seed: int) -> list[bytes]:
    """The same items in another order."""
    random.Random(seed).shuffle(items)  # noqa: S311 (an order, not a secret)
    return items
