"""The messages of every release are read to the same values and written as the same bytes, for ever.

The files of a release are never changed. A new release adds a folder and its own expectations.
"""

from pathlib import Path
from typing import Any

import pytest

from askance.wire.annotations import (
    Annotation,
    Box,
    Cuboid,
    Keypoints,
    Mask,
    Origin,
    Polygon,
    Pose,
    Segment,
    Tag,
    WireModel,
)
from askance.wire.capture import (
    Arm,
    ClockQuality,
    ImageInfo,
    Manifest,
    ModelInfo,
    Moment,
    Priority,
    Reason,
    Role,
)
from askance.wire.codec import Chunk, digest, dump_json, load_json, pack, pack_chunk, unpack, unpack_chunk
from askance.wire.identity import CameraId, DeviceId, FrameId, Sha256
from askance.wire.receipts import (
    Asked,
    Ledger,
    Missing,
    Notice,
    Query,
    Receipts,
    Rejected,
    RuleTally,
    Status,
    Stored,
)

GOLDEN = Path(__file__).parent / "golden" / "0.1.0"
DEVICE = DeviceId("camera-1")
FRAME = FrameId("01HF7YAT00EMBCRV1C4Z9X7K2Q")
OTHER = FrameId("01HF7YAT00000000000000000A")
SHA = Sha256("0123456789abcdef" * 4)

MANIFEST = Manifest(
    must=("annotations",),
    frame_id=FRAME,
    device=DEVICE,
    camera=CameraId("gate"),
    pose="home",
    taken=Moment(
        boot_id="5d1c7b0e", seq=41, monotonic_ns=987_654_321_000, wall_ms=1_700_000_000_000, clock=ClockQuality.NTP
    ),
    image=ImageInfo(width=16, height=8, privacy="blur@1", dhash="0f1e2d3c4b5a6978"),
    model=ModelInfo(
        name="ssdlite-mobilenet-v2-coco",
        version="1",
        sha256=SHA,
        quantization="int8-qdq",
        floor=0.05,
        report=0.5,
        report_by_label={"person": 0.4},
        label_map="coco@1",
    ),
    annotations=(
        Box(
            label_id=1,
            label="person",
            score=0.31,
            calibrated_score=0.42,
            origin=Origin.TRACKER,
            track_id=7,
            suggested=True,
            x=1.25,
            y=0.5,
            width=10.0,
            height=6.75,
            rotation=-12.5,
        ),
        Box(label_id=3, label="car", score=0.875, x=0.0, y=0.0, width=16.0, height=8.0),
        Tag(label_id=90, label="night ☾", origin=Origin.HUMAN),
    ),
    reasons=(
        Reason(
            rule="unsure-vehicles",
            rule_version="2",
            signal="near_threshold",
            value=0.8,
            text="person 0.31 is just below 0.4",
            objects=(0,),
        ),
        Reason(rule="lottery", rule_version="1", signal="random", value=1.0, text="drawn"),
    ),
    arm=Arm.RANDOM,
    inclusion_probability=0.01,
    value=0.75,
    priority=Priority.REQUESTED,
    group="g-17",
    role=Role.CONTEXT,
    offset_s=-1.5,
)
PLACE: dict[str, Any] = {"x": 2.0, "y": 1.0, "width": 10.0, "height": 6.0}
KINDS: tuple[Annotation, ...] = (
    Tag(label_id=90, label="night", score=0.5),
    Box(label_id=3, label="car", score=0.75, **PLACE, rotation=30.0),
    Polygon(label_id=3, label="car", score=0.7, **PLACE, rings=((2, 1, 12, 1, 12, 7), (2.5, 3, 4, 5, 2, 5.25, 2, 3))),
    Mask(label_id=1, label="person", score=0.6, **PLACE, counts="R3n0"),
    Mask(label_id=200, label="road", origin=Origin.HUMAN, **PLACE, counts="d0d0", grid=(8, 5), scope="semantic"),
    Segment(label_id=1, label="person", score=0.5, **PLACE, counts="P2P2", thing=True),
    Segment(label_id=201, label="sky", score=0.4, **PLACE, counts="0P2P2", thing=False, model="road-heads"),
    Keypoints(label_id=1, label="person", score=0.3, **PLACE, points=((3, 2, 0.9), (-4.5, 9, 0.1), (5, 5, None))),
    Cuboid(
        label_id=3,
        label="car",
        suggested=True,
        **PLACE,
        points=((7, 4), (2, 1), (3, 2), (2, 7), (3, 6), (12, 1), (11, 2), (12, 7), (11, 6)),
        pose=Pose(rotation=(1, 0, 0, 0), translation=(0.5, 0.25, 12), size=(1.5, 1.25, 4), metric=True),
    ),
    Cuboid(label_id=3, label="car", **PLACE, points=((7, 4),) * 9),
)
KINDS_MANIFEST = Manifest.model_validate(
    dict(MANIFEST) | {"companions": (MANIFEST.model.model_copy(update={"name": "road-heads"}),), "annotations": KINDS}
)
CHUNK = Chunk(FRAME, SHA, 100_000, 49_152, bytes(range(64)))
LEDGER = Ledger(boot_id="5d1c7b0e", captured=42, stored=30, pending=5, evicted={"quota": 4, "broken": 1}, quarantined=2)

ENVELOPES = {
    "envelope.bin": (MANIFEST, "244d05919fae76f88730b9137e9266874c988e4e2b579f7565baf1b3f529455b"),
    "kinds.bin": (KINDS_MANIFEST, "b208479ced7b801435bc45d4918ce5e47c1ca28d3d4aa2419e85ca5cee9e3365"),
}
MESSAGES: dict[str, WireModel] = {
    "query.json": Query(q=(Asked(id=FRAME, sha=SHA, size=100_000), Asked(id=OTHER, sha=SHA, size=1))),
    "stored.json": Receipts(a=(Stored(st="stored", id=FRAME, sha=SHA),), credit=16),
    "dup.json": Receipts(a=(Stored(st="dup", id=FRAME, sha=SHA),)),
    "miss.json": Receipts(a=(Missing(id=FRAME, sha=SHA, need=((0, 49_152), (98_304, 1_696))),)),
    "rej.json": Receipts(
        a=(
            Rejected(id=FRAME, sha=SHA, code="schema", perm=True),
            Rejected(id=OTHER, code="busy", perm=False),
        ),
        pause_s=2.5,
    ),
    "hello.json": Receipts(credit=4, hello=True),
    "status.json": Status(
        device=DEVICE,
        online=True,
        agent="0.1.0",
        boot_id="5d1c7b0e",
        monotonic_ns=987_654_321_000,
        wall_ms=1_700_000_000_000,
        ledgers=(LEDGER,),
        counters={"gate.still": 900, "sync.sent_bytes": 123_456},
        trouble=("broker: cannot reach the broker",),
    ),
    "rules.json": Status(
        device=DEVICE,
        online=True,
        rules={
            "unsure-people": RuleTally(matched=40, kept=3, refused={"cooldown": 30, "outdone": 7}),
            "random": RuleTally(matched=0, kept=0),
        },
    ),
    "will.json": Status(device=DEVICE, online=False),
    "notice.json": Notice(code="quarantined", text="the broker hangs up on it", frame_id=FRAME),
}


@pytest.mark.parametrize("file", MESSAGES)
def test_a_message_of_the_release_is_read_and_written_as_ever(file: str) -> None:
    golden = (GOLDEN / file).read_bytes().removesuffix(b"\n")  # a text file ends a line, a message does not

    assert load_json(type(MESSAGES[file]), golden) == MESSAGES[file]
    assert dump_json(MESSAGES[file]) == golden


@pytest.mark.parametrize("file", ENVELOPES)
def test_an_envelope_of_the_release_is_read_and_written_as_ever(file: str) -> None:
    manifest, sha = ENVELOPES[file]
    golden = (GOLDEN / file).read_bytes()
    envelope = unpack(golden)

    assert envelope.manifest == manifest
    assert pack(manifest, envelope.jpeg) == golden
    assert (envelope.jpeg[:2], envelope.jpeg[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    assert digest(golden) == sha


def test_a_chunk_of_the_release_is_read_and_written_as_ever() -> None:
    golden = (GOLDEN / "chunk.bin").read_bytes()

    assert unpack_chunk(golden) == CHUNK
    assert pack_chunk(CHUNK) == golden


def test_every_file_of_the_release_is_replayed() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {*MESSAGES, *ENVELOPES, "chunk.bin"}
