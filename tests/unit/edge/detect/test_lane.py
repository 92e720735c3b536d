"""Forward passes run one after the other, beside the one who asked, and their errors come back to it."""

import threading
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from askance.edge.detect.decode import Outputs
from askance.edge.detect.lane import Lane
from askance.errors import ModelError
from support_polling import until


@pytest.fixture
def lane() -> Iterator[Lane]:
    opened = Lane()
    yield opened
    opened.close()


def test_passes_run_in_the_order_of_asking_in_one_other_thread(lane: Lane) -> None:
    ran: list[tuple[int, int]] = []

    def forward(number: int) -> Outputs:
        ran.append((number, threading.get_ident()))
        return {"number": np.array([number])}

    asked = [lane.ask(partial(forward, number)) for number in range(5)]

    assert [0, 1, 2, 3, 4] == [int(future.result(5)["number"][0]) for future in asked]
    assert [0, 1, 2, 3, 4] == [number for number, _ in ran]
    assert len({thread for _, thread in ran} - {threading.get_ident()}) == 1


@pytest.mark.parametrize("error", [ModelError("ruined"), ZeroDivisionError("bug")])
def test_what_a_pass_raises_is_raised_where_its_result_is_taken(lane: Lane, error: Exception) -> None:
    def fail() -> Outputs:
        raise error

    failed, after = lane.ask(fail), lane.ask(dict)

    with pytest.raises(type(error)):
        failed.result(5)
    assert {} == after.result(5)


def test_a_closed_lane_finishes_what_was_asked_and_ends() -> None:
    before = {*threading.enumerate()}
    own = Lane()
    asked = own.ask(dict)
    own.close()
    own.close()

    assert {} == asked.result(5)
    assert until(lambda: {*threading.enumerate()} <= before)
