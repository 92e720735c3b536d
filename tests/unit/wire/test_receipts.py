"""Queries, receipts, status and ledger keep their bounds and tell each other apart."""

import json
from typing import Any

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
receipts = st.one_of(
    st.builds(Stored, st=st.sampled_from(["stored", "dup"]), id=frame_ids, sha=shas),
    st.builds(
        Missing,
        st=st.just("miss"),
        id=frame_ids,
        sha=shas,
        need=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1)), min_size=1, max_size=4).map(tuple),
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


def read[Model: WireModel](model: type[Model], value: object) -> Model:
    return load_json(model, json.dumps(value).encode())
