"""Tests of what a guess says."""

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.session import Port
from askance.models.families import recognise
from askance.models.guess import Guess


def test_a_guess_names_a_decoder_of_this_version() -> None:
    guess = recognise([Port("out", (1, 3549, 85), "tensor(float)")], sides=(416, 416))
    assert isinstance(guess, Guess)
    assert guess.family in DECODERS
