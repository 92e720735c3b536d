"""Tests of option values as people type them."""

import click
import pytest

from askance.cli.values import counts, size


def test_a_size_is_a_width_and_a_height() -> None:
    assert (640, 384) == size("640x384") == size("640X384")


def test_numbers_of_threads_are_tried_once_each() -> None:
    assert (1, 2, 4) == counts("1,2,1,4")


@pytest.mark.parametrize("text", ["", "640", "x", "0x0", "-1x5", "8193x1", "1.5x2"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="as in 640x384"):
        size(text)


@pytest.mark.parametrize("text", ["", "0", "1,", "65", "-1"])
def test_what_is_no_number_of_threads_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="as in 1,2"):
        counts(text)
