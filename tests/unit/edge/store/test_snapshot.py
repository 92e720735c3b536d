"""A look from outside."""

from pathlib import Path

import pytest

from askance.edge.store import Store
from askance.edge.store.lifecycle import State
from askance.edge.store.snapshot import NEWEST_SHOWN, Glimpse
from askance.errors import StoreError
from support_store import BOOT, keep, make_draft, open_store, sha_of


def test_a_running_store_is_seen_with_ledger_counts_and_newest_frames(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        frame_ids = [keep(store, make_draft(value=0.25)) for _ in range(NEWEST_SHOWN + 2)]
        store.deliver(frame_ids[0], sha_of(store, frame_ids[0]))
        store.quarantine(frame_ids[-1], "schema")

        seen = Store.peek(tmp_path)

        assert seen.ledgers == store.ledgers()
        assert (seen.bytes, seen.counts) == (store.usage().bytes, store.usage().counts)
    assert [glimpse.frame_id for glimpse in seen.newest] == frame_ids[:1:-1]
    size = seen.newest[0].size
    assert seen.newest[0] == Glimpse(
        frame_ids[-1], State.QUARANTINED, "gate", "uncertainty", 0.25, size, "schema", "person 0.31"
    )


def test_a_store_at_rest_is_seen_too(tmp_path: Path) -> None:
    open_store(tmp_path).close()

    seen = Store.peek(tmp_path)

    assert [ledger.boot_id for ledger in seen.ledgers] == [BOOT]
    assert (seen.bytes, seen.counts, seen.newest) == (0, {}, ())


def test_where_there_is_no_store_the_hint_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no capture store") as caught:
        Store.peek(tmp_path)

    assert "store.path" in (caught.value.hint or "")


def test_an_index_that_is_only_being_made_is_an_error_that_passes(tmp_path: Path) -> None:
    (tmp_path / "captures.db").write_bytes(b"")

    with pytest.raises(StoreError, match="nothing is in the database yet"):
        Store.peek(tmp_path)


def test_a_damaged_index_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "captures.db").write_bytes(b"no database" * 500)

    with pytest.raises(StoreError, match="not a database") as caught:
        Store.peek(tmp_path)

    assert "restart the agent" in (caught.value.hint or "")
