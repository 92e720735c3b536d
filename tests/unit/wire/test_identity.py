"""Ids are ULIDs, and names are what topics and certificates can carry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from askance.wire.identity import (
    CameraName,
    DeviceName,
    FrameId,
    FrameIdText,
    Sha256Hex,
    frame_id_from_bytes,
    frame_id_to_bytes,
    new_frame_id,
    parse_frame_id,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def independent_ulid(raw: bytes) -> str:
    """Base 32 by repeated division, as the ULID specification words it: 26 digits, most significant first."""
    number, digits = int.from_bytes(raw, "big"), ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


@given(st.binary(min_size=16, max_size=16))
def test_sixteen_bytes_are_written_as_an_independent_computation_writes_them(raw: bytes) -> None:
    assert independent_ulid(raw) == frame_id_from_bytes(raw)


@given(st.binary(min_size=16, max_size=16))
def test_an_id_comes_back_as_the_bytes_it_was_made_of(raw: bytes) -> None:
    frame_id = frame_id_from_bytes(raw)

    assert raw == frame_id_to_bytes(frame_id)
    assert frame_id == parse_frame_id(frame_id)


def test_the_time_of_the_specification_s_example_stands_in_front() -> None:
    # the ULID specification's own example: 01ARZ3NDEKTSV4RRFFQ69G5FAV begins with the time 1469922850259
    assert "01ARZ3NDEK" == new_frame_id(wall_ms=1469922850259, randomness=bytes(10))[:10]


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_their_time(first: int, second: int, randomness: bytes) -> None:
    ids = [new_frame_id(wall_ms=wall_ms, randomness=randomness) for wall_ms in (first, second)]

    assert (first < second) == (ids[0] < ids[1])


def test_a_wall_clock_beyond_the_year_10889_is_cut_to_its_low_bits() -> None:
    assert new_frame_id(wall_ms=5, randomness=bytes(10)) == new_frame_id(wall_ms=2**48 + 5, randomness=bytes(10))


@pytest.mark.parametrize("length", [0, 15, 17])
def test_another_number_of_bytes_is_no_id(length: int) -> None:
    with pytest.raises(ValueError, match=f"16 bytes, got {length}"):
        frame_id_from_bytes(bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVV",
        "81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01arz3ndektsv4rrffq69g5fav",
        "01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV\n",
        "\u06601ARZ3NDEKTSV4RRFFQ69G5FAV",
    ],
    ids=["empty", "short", "long", "129 bits", "lower case", "the letter I", "a line end", "another script's digit"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a frame id"):
        parse_frame_id(text)
    with pytest.raises(ValidationError):
        TypeAdapter[FrameId](FrameIdText).validate_python(text)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("abc", True),
        ("a" * 63, True),
        ("0-9", True),
        ("ab", False),
        ("a" * 64, False),
        ("-ab", False),
        ("Abc", False),
        ("a_b", False),
        ("a/b", False),
        ("a+b", False),
        ("abc\n", False),
        ("äbc", False),
    ],
)
def test_a_device_name_fits_into_a_topic_and_a_certificate(name: str, good: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert good == accepts(TypeAdapter(DeviceName), name)


@pytest.mark.parametrize(
    ("name", "good"), [("a", True), ("gate_1-b", True), ("a" * 63, True), ("", False), ("a" * 64, False), ("_a", False)]
)
def test_a_camera_name_is_short_and_plain(name: str, good: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert good == accepts(TypeAdapter(CameraName), name)


@pytest.mark.parametrize(
    ("text", "good"), [("0f" * 32, True), ("0F" * 32, False), ("0f" * 31, False), ("0g" * 32, False)]
)
def test_a_hash_is_64_lower_case_hex_digits(text: str, good: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert good == accepts(TypeAdapter(Sha256Hex), text)


def accepts(adapter: TypeAdapter[Any], value: str) -> bool:
    try:
        return bool(adapter.validate_python(value) == value)
    except ValidationError:
        return False
