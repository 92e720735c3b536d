"""Dead letters are kept, bounded, and remembered by hash."""

from pathlib import Path

import pytest

from askance.central import letters
from askance.central.inbox import Refusal
from askance.central.letters import Lasting
from askance.central.schema import create_catalog
from askance.wire.codec import digest
from support_central import DEVICE

SHA = digest(b"x")


@pytest.mark.parametrize(("most", "kept"), [(0, 0), (1, 1), (3, 3), (9, 5)])
def test_only_so_many_are_kept(tmp_path: Path, most: int, kept: int) -> None:
    connection = create_catalog(tmp_path)
    for _ in range(5):
        refused = Refusal(DEVICE, "schema", permanent=True, detail="")
        letters.bury(connection, refused, topic="t", payload=b"", at=0.0, most=most)

    assert ({"schema": kept} if kept else {}) == letters.count(connection)


@pytest.mark.parametrize(
    ("refusals", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([("jpeg", True), ("size", True), ("schema", True)], None, id="another-version-may-take-it"),
        pytest.param([("sha", False), ("size", True)], Lasting("sha", permanent=False), id="sha-once"),
        pytest.param([("sha", False), ("sha", True)], Lasting("sha", permanent=True), id="sha-for-good"),
        pytest.param([("conflict", True)], Lasting("conflict", permanent=True), id="conflict"),
    ],
)
def test_only_what_depends_on_the_bytes_alone_is_remembered(
    tmp_path: Path, refusals: list[tuple[str, bool]], expected: Lasting | None
) -> None:
    connection = create_catalog(tmp_path)
    for code, permanent in refusals:
        refused = Refusal(DEVICE, code, permanent=permanent, detail="", sha256=SHA)
        letters.bury(connection, refused, topic="t", payload=b"", at=0.0, most=10)

    assert expected == letters.lasting(connection, DEVICE, sha256=SHA)
    assert letters.lasting(connection, DEVICE, sha256=digest(b"y")) is None


def test_long_letters_are_cut(tmp_path: Path) -> None:
    connection = create_catalog(tmp_path)
    refused = Refusal(None, "topic", permanent=True, detail="d" * 5000)

    letters.bury(connection, refused, topic="t" * 5000, payload=b"p" * 100_000, at=0.0, most=10)

    row = connection.execute("SELECT topic, detail, payload, size FROM dead_letters").fetchone()
    assert (256, 1000, letters.FIRST_BYTES, 100_000) == (len(row[0]), len(row[1]), len(row[2]), row[3])
