"""Queries, receipts, status and ledger keep their bounds and tell each other apart."""

import json
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.errors import WireError
from askance.wire.annotations import WireModel
from askance.wire.codec import dump_json, load_json
from askance.wire.identity import frame_id_from_bytes
from askance.wire.receipts import (
    MAX_QUERY,
    MAX_RECEIPTS,
    Asked,
    Ledger,
    Missing,
    Notice,
    Query,
    Receipts,
    Rejected,
    Status,
    Stored,
)

ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
SHA = "ab" * 32
STORED = {"st": "stored", "id": ID, "sha": SHA}
MISS = {"st": "miss", "id": ID, "sha": SHA, "need": [[0, 10], [20, 5]]}
REJ = {"st": "rej", "id": ID, "code": "schema", "perm": True}
ASKED = {"id": ID, "sha": SHA, "size": 1000}
LEDGER = {"boot_id": "b", "captured": 10, "stored": 4, "pending": 3, "evicted": {"quota": 2}, "quarantined": 1}

frame_ids = st.binary(min_size=16, max_size=16).map(frame_id_from_bytes)
shas = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
ranges = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1))
receipts = st.one_of(
    st.builds(Stored, st=st.sampled_from(["stored", "dup"]), id=frame_ids, sha=shas),
    st.builds(
        Missing,
        st=st.just("miss"),
        id=frame_ids,
        sha=shas,
        need=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1)), min_size=1, max_size=4).map(
            tuple
        ),
    ),
    st.builds(
        Rejected,
        st=st.just("rej"),
        id=frame_ids,
        sha=st.none() | shas,
        code=st.text(max_size=32),
        perm=st.booleans(),
    ),
)


Model = TypeVar("Model", bound=WireModel)


def read(model: type[Model], value: object) -> Model:
    return load_json(model, json.dumps(value).encode())


@given(
    st.builds(
        Receipts,
        v=st.just(1),
        a=st.lists(receipts, max_size=5).map(tuple),
        credit=st.none() | st.integers(0, 10**6),
        pause_s=st.floats(0, 3600),
        hello=st.booleans(),
    )
)
def test_receipts_come_back_as_they_were_written(said: Receipts) -> None:
    assert said == load_json(Receipts, dump_json(said))


@given(st.lists(st.builds(Asked, id=frame_ids, sha=shas, size=st.integers(1, 2**32 - 1)), max_size=5).map(tuple))
def test_a_query_comes_back_as_it_was_written(asked: tuple[Asked, ...]) -> None:
    assert Query(q=asked) == load_json(Query, dump_json(Query(q=asked)))


def test_the_state_decides_which_receipt_is_read() -> None:
    said = read(Receipts, {"a": [STORED, STORED | {"st": "dup"}, MISS, REJ]})

    assert [Stored, Stored, Missing, Rejected] == [type(receipt) for receipt in said.a]
    assert ("stored", "dup", "miss", "rej") == tuple(receipt.st for receipt in said.a)


def test_nothing_said_means_no_pause_no_credit_and_no_greeting() -> None:
    assert Receipts(v=1, a=(), credit=None, pause_s=0, hello=False) == read(Receipts, {})


@pytest.mark.parametrize(
    "value",
    [
        {"v": 2},
        {"a": [STORED] * (MAX_RECEIPTS + 1)},
        {"a": [STORED | {"st": "lost"}]},
        {"a": [STORED | {"sha": None}]},
        {"a": [STORED | {"id": "x"}]},
        {"a": [MISS | {"need": []}]},
        {"a": [MISS | {"need": [[0, 1]] * 257}]},
        {"a": [MISS | {"need": [[-1, 1]]}]},
        {"a": [MISS | {"need": [[0, 0]]}]},
        {"a": [MISS | {"need": [[0, 2**32]]}]},
        {"a": [MISS | {"need": [[2**32, 1]]}]},
        {"a": [MISS | {"need": [[0]]}]},
        {"a": [MISS | {"need": [[0, 1, 2]]}]},
        {"a": [REJ | {"code": "x" * 33}]},
        {"a": [REJ | {"perm": None}]},
        {"a": None},
        {"a": {}},
        {"credit": -1},
        {"pause_s": -1},
        {"pause_s": 3601},
        {"hello": "perhaps"},
        [],
        "stored",
        None,
        7,
    ],
    ids=lambda value: str(value)[:60],
)
def test_receipts_out_of_bounds_are_refused(value: object) -> None:
    with pytest.raises(WireError):
        read(Receipts, value)


@pytest.mark.parametrize(
    "value",
    [
        {"q": [ASKED] * (MAX_QUERY + 1)},
        {"q": [ASKED | {"size": 0}]},
        {"q": [ASKED | {"size": 2**32}]},
        {"q": [ASKED | {"sha": SHA.upper()}]},
        {"q": None},
        {},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_query_out_of_bounds_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        read(Query, value)


def test_the_most_of_everything_is_read() -> None:
    assert MAX_QUERY == len(read(Query, {"q": [ASKED] * MAX_QUERY}).q)
    assert MAX_RECEIPTS == len(read(Receipts, {"a": [MISS | {"need": [[0, 1]] * 256}] * MAX_RECEIPTS}).a)


def test_the_ledger_explains_every_frame() -> None:
    assert 0 == read(Ledger, LEDGER).unaccounted
    assert 3 == read(Ledger, LEDGER | {"captured": 13}).unaccounted
    assert -1 == read(Ledger, LEDGER | {"evicted": {"quota": 2, "broken": 1}}).unaccounted


@pytest.mark.parametrize(
    "changes",
    [
        {"captured": -1},
        {"captured": 2**63},
        {"evicted": {"quota": -1}},
        {"boot_id": ""},
        {"stored": 1.5},
        {"pending": None},
    ],
    ids=str,
)
def test_a_ledger_of_impossible_counts_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        read(Ledger, LEDGER | changes)


def test_a_will_knows_nothing_but_the_device() -> None:
    will = read(Status, {"device": "camera-1", "online": False})

    assert (
        b'{"v":1,"device":"camera-1","online":false,"protocols":[1],"ledgers":[],"counters":{},"trouble":[]}'
        == dump_json(will)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "X"},
        {"agent": "x" * 33},
        {"boot_id": "x" * 65},
        {"monotonic_ns": -1},
        {"wall_ms": 2**63},
        {"ledgers": [LEDGER] * 17},
        {"counters": {str(index): 1 for index in range(257)}},
        {"counters": {"a": -1}},
        {"trouble": ["x"] * 17},
        {"online": None},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_status_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        read(Status, {"device": "camera-1", "online": True} | changes)


@pytest.mark.parametrize(
    "value", [{"code": "", "text": ""}, {"code": "x" * 65, "text": ""}, {"code": "x", "text": "x" * 241}, {"code": "x"}]
)
def test_a_notice_out_of_bounds_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        read(Notice, value)
