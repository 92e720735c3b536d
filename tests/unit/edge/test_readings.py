"""Numbers are true for as long as they were told to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.readings import MOST, Readings, read_number

SECOND = 10**9


def test_a_number_is_true_for_its_time_and_not_longer() -> None:
    readings = Readings().tell({"speed": 12.5}, now_ns=5 * SECOND, for_ns=10 * SECOND)

    assert {"speed": 12.5} == readings.fresh(0) == readings.fresh(5 * SECOND) == readings.fresh(15 * SECOND - 1)
    assert {} == readings.fresh(15 * SECOND) == Readings().fresh(0)


def test_each_number_has_its_own_time_and_is_replaced_by_the_next_of_its_name() -> None:
    readings = Readings().tell({"lat": 1.0, "lon": 2.0}, now_ns=0, for_ns=10)
    readings = readings.tell({"lat": 3.0}, now_ns=5, for_ns=2)

    assert {"lat": 3.0, "lon": 2.0} == readings.fresh(6)
    assert {"lon": 2.0} == readings.fresh(7)


def test_more_than_there_is_room_for_is_refused_as_a_whole_and_what_is_too_old_makes_room() -> None:
    full = Readings().tell({f"name-{index}": 0.0 for index in range(MOST)}, now_ns=0, for_ns=10)

    with pytest.raises(ValueError, match="at most 64 readings"):
        full.tell({"one-more": 1.0}, now_ns=9, for_ns=10)
    assert {"one-more": 1.0} == full.tell({"one-more": 1.0}, now_ns=10, for_ns=10).fresh(10)
    assert MOST == len(full.tell({"name-0": 1.0}, now_ns=9, for_ns=1).fresh(9))


@pytest.mark.parametrize(
    ("name", "number", "least_greatest"),
    [("lat", 90.001, "-90 and 90"), ("lat", -300.0, "-90 and 90"), ("lon", 180.5, "-180 and 180")],
)
def test_a_place_that_is_not_on_earth_is_refused(name: str, number: float, least_greatest: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is not between {least_greatest}"):
        Readings().tell({"speed": 1e308, name: number}, now_ns=0, for_ns=10)
    poles = {"lat": -90.0, "lon": 180.0}
    assert poles == Readings().tell(poles, now_ns=0, for_ns=10).fresh(0)


@given(
    said=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(1, 5)), max_size=12),
    asked=st.integers(0, 30),
)
def test_what_is_fresh_is_the_last_word_of_each_name_while_it_lasts(
    said: list[tuple[str, int, int]], asked: int
) -> None:
    readings, now_ns, last = Readings(), 0, dict[str, tuple[float, int]]()
    for index, (name, later, for_ns) in enumerate(said):
        now_ns += later
        readings = readings.tell({name: float(index)}, now_ns=now_ns, for_ns=for_ns)
        last[name] = (float(index), now_ns + for_ns)

    at_ns = now_ns + asked
    assert {name: value for name, (value, until_ns) in last.items() if at_ns < until_ns} == readings.fresh(at_ns)


@pytest.mark.parametrize(
    ("payload", "key", "number"),
    [
        (b"12.5", None, 12.5),
        (b" -3 ", None, -3.0),
        (b"true", None, 1.0),
        (b'{"engine": {"speed": 7}}', "engine.speed", 7.0),
    ],
)
def test_a_number_is_the_message_or_stands_in_it(payload: bytes, key: str | None, number: float) -> None:
    assert read_number(payload, key=key) == number


@pytest.mark.parametrize(
    ("payload", "key", "said"),
    [
        (b"", None, "not JSON"),
        (b"fast", None, "not JSON"),
        (b"[" * 60_000, None, "not JSON"),
        (b"NaN", None, "no finite number"),
        (b"1" + b"0" * 400, None, "no finite number"),
        (b'"12"', None, "no finite number"),
        (b"{}", None, "no finite number"),
        (b'{"engine": 3}', "engine.speed", "it has no engine.speed"),
        (b'{"rpm": 3}', "speed", "it has no speed"),
        (b'{"speed": null}', "speed", "speed is no finite number"),
    ],
)
def test_what_holds_no_number_is_refused(payload: bytes, key: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_number(payload, key=key)
