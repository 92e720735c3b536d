"""JSON that means harm is a ``WireError`` in a short line, and nothing worse."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.errors import WireError
from askance.wire.capture import Manifest
from askance.wire.codec import MAX_COMPLAINT, MAX_MESSAGE, MAX_VALUES, load_json
from askance.wire.receipts import Receipts, Status
from support_wire import manifest_json

HOSTILE = {
    "nothing": b"",
    "no JSON": b"{",
    "two values": b"{}{}",
    "not UTF-8": b'{"v": "\xff"}',
    "UTF-16": '{"v": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a key twice": b'{"v": 1, "v": 1}',
    "a key twice inside": b'{"a": [{"st": "stored", "st": "dup"}]}',
    "NaN": b'{"pause_s": NaN}',
    "infinity": b'{"pause_s": Infinity}',
    "minus infinity": b'{"pause_s": -Infinity}',
    "a number beyond floats": b'{"pause_s": 1e999}',
    "4,300 digits": b'{"credit": ' + b"9" * 4300 + b"}",
    "5,000 digits": b'{"credit": ' + b"9" * 5000 + b"}",
    "4,300 digits where a float is expected": b'{"pause_s": ' + b"9" * 4300 + b"}",
    "200,000 brackets": b"[" * 200_000,
    "200,000 braces": b'{"a":' * 200_000,
    "brackets that close": b"[" * 900 + b"]" * 900,
    "nested nine deep in a key of tomorrow": b'{"new": ' + b"[" * 9 + b"]" * 9 + b"}",
    "a list": b"[]",
    "a string": b'"stored"',
    "null": b"null",
    "a lone surrogate": b'{"a": [{"st": "rej", "id": "\\ud800", "code": "x", "perm": true}]}',
    "a lone surrogate as a key": b'{"a": {"\\ud800": 1}}',
    "a lone surrogate in a key of tomorrow": b'{"new": "\\ud800"}',
    "as many values as the schema would complain of one by one": b'{"a": [' + b"0," * MAX_VALUES + b"0]}",
    "longer than a message may be": b" " * (MAX_MESSAGE + 1),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused_in_a_short_printable_line(raw: bytes) -> None:
    with pytest.raises(WireError) as caught:
        load_json(Receipts, raw)

    message = str(caught.value)
    assert caught.value.code in {"schema", "size"}
    assert len(message.encode()) < 20 * MAX_COMPLAINT
    assert message.isprintable()


def test_a_complaint_about_hostile_keys_can_be_printed() -> None:
    raw = json.dumps(manifest_json(model=manifest_json()["model"] | {"report_by_label": {"\ud800" * 5000: 5}})).encode()

    with pytest.raises(WireError) as caught:
        load_json(Manifest, raw)

    assert len(str(caught.value).encode()) < 20 * MAX_COMPLAINT


def test_nesting_within_the_limit_is_read() -> None:
    assert load_json(Receipts, b'{"new": ' + b"[" * 7 + b"]" * 7 + b"}") == Receipts()


leaves = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=64)


@given(st.recursive(leaves, st.lists, max_leaves=10), st.sampled_from(["a", "credit", "pause_s", "hello", "v"]))
def test_json_of_any_shape_is_a_model_or_a_wire_error(value: object, key: str) -> None:
    with suppress(WireError):
        load_json(Receipts, json.dumps({key: value}).encode())


@pytest.mark.parametrize("said", [{"trouble": ["\ud800"]}, {"counters": {"\udfff": 1}}], ids=["a value", "a key"])
def test_what_is_read_can_be_written_again(said: dict[str, object]) -> None:
    """Half a surrogate pair could be read into a status, and broke whoever kept it."""
    with pytest.raises(WireError):
        load_json(Status, json.dumps({"device": "camera-1", "online": True, **said}).encode())


def test_a_complaint_shows_no_control_characters() -> None:
    counters = {"\x1b[2J\r": -1}

    with pytest.raises(WireError) as caught:
        load_json(Status, json.dumps({"device": "camera-1", "online": True, "counters": counters}).encode())

    assert str(caught.value).isprintable()
