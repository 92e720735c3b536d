"""A line finds the version of MQTT that a broker speaks, and keeps the newer one wherever it can."""

from functools import partial

import pytest

from askance.line import SILENCE_S
from askance.mqtt import Down, Up
from support_clock import Clock
from support_link import hear, line, section
from support_peer import accepting
from support_polling import until

V5_OK, V3_OK, V3_REFUSED = b"\x20\x03\x00\x00\x00", b"\x20\x02\x00\x00", b"\x20\x02\x00\x01"


@pytest.mark.parametrize(
    ("answers", "versions"),
    [
        ([V3_REFUSED, V3_OK], [5, 4]),
        ([None, V3_OK, None, V3_OK], [5, 4, 5, 4]),
        ([None, V3_OK, V5_OK], [5, 4, 5]),
        ([None, V3_OK, None, None, V5_OK], [5, 4, 5, 4, 5]),
        ([None, None, V5_OK], [5, 4, 5]),
        ([None, V3_REFUSED, V5_OK], [5, 4, 5]),
    ],
    ids=[
        "the version is refused",
        "it hangs up on the new one, always",
        "it was away when it was asked for the new one",
        "it comes and goes",
        "it hangs up twice",
        "the older one is refused",
    ],
)
def test_the_other_version_is_tried_next(answers: list[bytes | None], versions: list[int]) -> None:
    with accepting(answers) as (port, asked), line(section(port)) as on:
        hear(on, Up)

        assert versions == asked


def test_the_version_that_worked_is_kept_by_a_broker_in_trouble() -> None:
    with accepting([V5_OK, None, None, V5_OK]) as (port, asked), line(section(port)) as on:
        hear(on, Up)
        on.hang_up()
        hear(on, Up)

        assert [5, 5, 5, 5] == asked


def test_a_broker_that_never_answers_is_given_up_and_dialled_in_the_other_version() -> None:
    clock = Clock()
    with accepting([b"", V3_OK, None, V3_OK]) as (port, asked), line(section(port), clock=clock) as on:
        assert on.next(0.0) is None
        clock.now += SILENCE_S - 0.01
        assert on.next(0.0) is None
        clock.now += 0.02
        down = on.next(0.0)
        assert isinstance(down, Down)
        assert down.reason == "no answer to CONNECT"
        clock.now += 1.0
        assert until(lambda: on.next(0.0) and len(asked) == 3)
        clock.now += 1.0
        hear(on, Up)

        assert [5, 4, 5, 4] == asked


def test_a_broker_that_wants_the_older_version_is_in_no_trouble() -> None:
    troubles: set[str | None] = set()
    with accepting([None, V3_OK, None, V3_OK]) as (port, asked), line(section(port)) as on:
        while not on.up:
            on.next(0.1)
            troubles.add(on.trouble)

        assert ([5, 4, 5, 4], {None}) == (asked, troubles)


def test_a_broker_that_hangs_up_in_every_version_is() -> None:
    with accepting([None, None]) as (port, _), line(section(port)) as on:
        assert until(lambda: on.next(0.1) and on.trouble)

        assert str(on.trouble).startswith("the broker hung up on CONNECT; does it speak MQTT on `broker.port`")


def test_a_broker_that_refuses_both_versions_is_dialled_more_and_more_slowly_and_told() -> None:
    clock = Clock()
    with accepting([V3_REFUSED] * 5) as (port, asked), line(section(port), draw=0.5, clock=clock) as on:

        def refused(times: int) -> bool:
            return on.next(0.0) is not None and len(asked) == times

        for dials, wait_s in [(2, 1.0), (3, 2.0), (4, 4.0)]:
            assert until(partial(refused, dials))
            clock.now += wait_s - 0.01
            assert not until(lambda: on.next(0.0), within_s=0.2)
            assert str(on.trouble).endswith("let the broker take MQTT 5 or 3.1.1 on `broker.port`")
            clock.now += 0.02

        assert [5, 4, 5, 4] == asked


def test_a_broker_that_was_up_in_between_is_asked_for_the_other_version_at_once() -> None:
    clock = Clock()
    answers = [V3_REFUSED, V3_OK, V3_REFUSED, V5_OK]
    with accepting(answers) as (port, asked), line(section(port), clock=clock) as on:
        hear(on, Up)
        on.hang_up()
        clock.now += 1.0
        hear(on, Up)

        assert [5, 4, 4, 5] == asked
