"""The tables that people may ask."""

from pathlib import Path

import sqlite_utils

from support_store import keep, make_draft, open_store


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
