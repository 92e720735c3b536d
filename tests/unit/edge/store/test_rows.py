"""A manifest survives the way through rows."""

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from askance.database import connect
from askance.edge.store import rows
from askance.edge.store.ledger import open_boot
from askance.edge.store.schema import MIGRATIONS
from askance.wire.capture import Arm, ClockQuality, ImageInfo, Manifest, ModelInfo, Moment, Priority, Reason, Role
from askance.wire.identity import CameraId, FrameId, Sha256, new_frame_id
from support_kinds import COUNTS, NAMES, UNIT, annotations
from support_store import BOOT, DEVICE, make_draft

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=64)
TEXT = st.text(st.characters(codec="utf-8"), max_size=64)


def models(name: st.SearchStrategy[str]) -> st.SearchStrategy[ModelInfo]:
    return st.builds(
        ModelInfo,
        name=name,
        version=TEXT,
        sha256=st.just(Sha256("0f" * 32)),
        quantization=st.none() | TEXT,
        floor=UNIT,
        report=UNIT,
        report_by_label=st.dictionaries(NAMES, UNIT, max_size=3),
        label_map=TEXT,
    )


COMPANIONS = st.just("faces"), st.just("roads")
MANIFESTS = st.builds(
    Manifest,
    must=st.sampled_from([(), ("reasons",), ("taken", "image")]),
    frame_id=st.binary(min_size=10, max_size=10).map(lambda raw: new_frame_id(wall_ms=5, randomness=raw)),
    device=st.just(DEVICE),
    camera=st.just(CameraId("gate")),
    pose=st.none() | TEXT,
    taken=st.builds(
        Moment,
        boot_id=st.text(min_size=1, max_size=64),
        seq=COUNTS,
        monotonic_ns=COUNTS,
        wall_ms=st.none() | st.integers(0, 2**48 - 1),
        clock=st.sampled_from(ClockQuality),
    ),
    image=st.builds(
        ImageInfo,
        width=st.integers(600, 65535),
        height=st.integers(400, 65535),
        privacy=st.none() | TEXT,
        dhash=st.none() | st.just("0123456789abcdef"),
    ),
    model=models(st.just("main")),
    companions=st.tuples(*map(models, COMPANIONS)),
    annotations=st.lists(annotations(st.none() | st.one_of(COMPANIONS)), max_size=6).map(tuple),
    reasons=st.lists(
        st.builds(Reason, rule=TEXT, rule_version=TEXT, signal=TEXT, value=UNIT, text=TEXT), min_size=1, max_size=3
    ).map(tuple),
    arm=st.sampled_from(Arm),
    inclusion_probability=st.none() | st.floats(0.001, 1),
    value=st.floats(0, 1e300),
    priority=st.sampled_from(Priority),
    group=st.none() | TEXT,
    role=st.sampled_from(Role),
    offset_s=st.none() | FINITE,
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path_factory.mktemp("rows") / "captures.db", MIGRATIONS)
    yield opened
    opened.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(manifest=MANIFESTS)
def test_rows_give_back_the_manifest_exactly(connection: sqlite3.Connection, manifest: Manifest) -> None:
    boot = open_boot(connection, manifest.taken.boot_id).number
    connection.execute("DELETE FROM captures")

    rows.insert(connection, manifest, boot=boot, envelope_bytes=1, sha256=Sha256("00" * 32))

    assert manifest == rows.read_manifest(connection, manifest.frame_id)


def test_the_same_model_is_one_row_and_another_threshold_makes_another(tmp_path: Path) -> None:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    draft = make_draft()
    for number, report in enumerate([0.5, 0.5, 0.6]):
        manifest = draft.manifest(
            new_frame_id(wall_ms=number, randomness=bytes(10)), DEVICE, boot_id=BOOT, seq=number
        ).model_copy(update={"model": draft.model.model_copy(update={"report": report})})
        boot = open_boot(opened, BOOT).number
        rows.insert(opened, manifest, boot=boot, envelope_bytes=1, sha256=Sha256("00" * 32))

    assert [tuple(row) for row in opened.execute("SELECT report FROM models ORDER BY number")] == [(0.5,), (0.6,)]
    opened.close()


def test_a_frame_without_rows_has_no_manifest(connection: sqlite3.Connection) -> None:
    assert rows.read_manifest(connection, FrameId("0" * 26)) is None


def test_a_frame_of_plain_boxes_by_one_model_has_nothing_in_the_newer_columns(tmp_path: Path) -> None:
    opened = connect(tmp_path / "captures.db", MIGRATIONS)
    manifest = make_draft().manifest(new_frame_id(wall_ms=1, randomness=bytes(10)), DEVICE, boot_id=BOOT, seq=0)
    rows.insert(opened, manifest, boot=open_boot(opened, BOOT).number, envelope_bytes=1, sha256=Sha256("00" * 32))

    assert {(None, None)} == {tuple(row) for row in opened.execute("SELECT model, shape FROM annotations")}
    assert [(None,)] == [tuple(row) for row in opened.execute("SELECT companions FROM captures")]
    opened.close()
