"""Faults become messages with file, line, key and hint."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from askance.errors import ConfigError
from askance.settings.document import Place, parse_document
from askance.settings.faults import locate, nearest


class Pair(BaseModel):
    model_config = ConfigDict(extra="forbid")

    low: int
    high: Annotated[int, Field(lt=10)]

    @model_validator(mode="after")
    def _ordered(self) -> "Pair":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def fault(text: str, *, model: type[BaseModel] | None = Pair) -> ConfigError:
    document = parse_document(text, Place("p.yaml", 1))
    with pytest.raises(ValidationError) as caught:
        Pair.model_validate(document.value)
    return locate(caught.value, document, model=model)


def test_a_fault_of_the_whole_has_no_key() -> None:
    error = fault("low: 2\nhigh: 1\n")
    assert (str(error), error.hint) == ("p.yaml:1: low is above high", None)


def test_without_model_nothing_is_suggested() -> None:
    error = fault("low: 1\nhig: 2\n", model=None)
    assert (str(error), error.hint) == ("p.yaml:1: missing key: high\np.yaml:2: unknown key: hig", None)


def test_a_key_unlike_any_other_is_not_guessed() -> None:
    assert fault("low: 1\nhigh: 2\nzebra: 1\n").hint is None


def test_more_than_ten_faults_are_counted() -> None:
    error = fault("low: 1\nhigh: 2\n" + "".join(f"k{number}: 1\n" for number in range(12)))
    lines = str(error).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 2 more"


class Row(BaseModel):
    numbers: Annotated[tuple[int, ...], Field(min_length=1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("numbers: []\n", "p.yaml:1: numbers: expected at least 1 entry, got none"),
        (
            "numbers:\n  - x\n",
            "p.yaml:2: numbers[0]: expected a valid integer, unable to parse string as an integer, got 'x'",
        ),
    ],
    ids=["empty", "wrong-entry"],
)
def test_a_list_is_too_short_only_when_entries_are_missing(text: str, message: str) -> None:
    document = parse_document(text, Place("p.yaml", 1))
    with pytest.raises(ValidationError) as caught:
        Row.model_validate(document.value)
    assert str(locate(caught.value, document, model=Row)) == message


def test_long_input_is_cut() -> None:
    assert len(str(fault(f"low: 1\nhigh: {'x' * 500}\n"))) < 160


@pytest.mark.parametrize(
    ("word", "expected"), [("cammeras", "cameras"), ("Gate", "gate"), ("zebra", None)], ids=["typo", "case", "none"]
)
def test_the_nearest_word_is_found(word: str, expected: str | None) -> None:
    assert expected == nearest(word, ["cameras", "gate", "rules"])


@given(st.text(), st.lists(st.text()))
def test_the_nearest_word_is_a_known_one(word: str, known: list[str]) -> None:
    assert nearest(word, known) in {None, *known}


@pytest.mark.parametrize(
    "address", ["rtsp://viewer:s3cret@h/live", "rtsp://viewer:s3cretandlongerthanwhatisshownofavaluethatiswrong@h"]
)
def test_a_wrong_value_that_is_an_address_keeps_its_login_to_itself(address: str) -> None:
    error = str(fault(f"low: {address}\nhigh: 1\n"))

    assert "got 'rtsp://***@h" in error
    assert "s3cret" not in error
