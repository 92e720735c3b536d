"""The tables that people may ask."""

from pathlib import Path

import sqlite_utils

from askance.database import connect
from askance.edge.store import rows
from askance.edge.store.schema import MIGRATIONS
from askance.wire.identity import FrameId
from support_store import keep, make_draft, open_store

# Frames of version 0001, as that version wrote them.
OLD = """
INSERT INTO boots (number, boot_id, next_seq, captured) VALUES (1, 'boot-a', 1, 1);
INSERT INTO models VALUES (1, 'ssdlite', '1', 'SHA', NULL, 0.05, 0.5, '{}', 'coco@1');
INSERT INTO captures (id, frame_id, state, bytes, sha256, v, must, device, camera, boot, seq, monotonic_ns, clock,
    width, height, model, arm, value, priority, role)
    VALUES (1, 'ID', 'pending', 100, 'SHA', 1, '[]', 'camera-1', 'gate', 1, 0, 5, 'ntp', 64, 48, 1, 'manual', 0.5, 2,
    'trigger');
INSERT INTO annotations VALUES (1, 0, 'box', 3, 'car', 0.5, NULL, 'model', NULL, 0, 1, 2, 3, 4, NULL);
INSERT INTO annotations VALUES (1, 1, 'tag', 4, 'night', NULL, NULL, 'model', NULL, 1, NULL, NULL, NULL, NULL, NULL);
INSERT INTO reasons VALUES (1, 0, 'unsure', '1', 'entropy', 0.5, 'text', '[0]');
"""


def test_every_table_is_strict_and_the_view_explains_a_frame(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        frame_id = keep(store, make_draft(boxes=3))
    database = sqlite_utils.Database(tmp_path / "captures.db")

    tables = [table for table in database.tables if not table.name.startswith("_")]
    row = next(iter(database.query("SELECT * FROM doubts")))

    assert all(table.strict for table in tables)
    assert (frame_id, "pending", "ssdlite", "unsure", "person 0.31", 1, 3) == (
        row["frame_id"],
        row["state"],
        row["model"],
        row["rule"],
        row["text"],
        row["reported"],
        row["suggested"],
    )
    database.close()


def test_a_store_of_the_first_version_is_brought_up_to_date_with_its_frames(tmp_path: Path) -> None:
    frame_id = FrameId("01HF7YAT00EMBCRV1C4Z9X7K2Q")
    old = connect(tmp_path / "captures.db", MIGRATIONS[:1])
    old.executescript(OLD.replace("'ID'", f"'{frame_id}'").replace("SHA", "ab" * 32))
    old.close()

    new = connect(tmp_path / "captures.db", MIGRATIONS)
    manifest = rows.read_manifest(new, frame_id)
    new.close()

    assert manifest is not None
    assert (None, [("box", 3, None), ("tag", 4, None)]) == (
        manifest.companions,
        [(one.kind, one.label_id, one.model) for one in manifest.annotations],
    )
