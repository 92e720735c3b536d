"""The shape of every message is written down, so that a change of it is seen and meant.

An optional key may be added: put what the failing test prints into the file. Anything else is a new protocol version.
"""

import json
from pathlib import Path

import pytest

from askance.wire.annotations import WireModel
from askance.wire.capture import Manifest
from askance.wire.receipts import Notice, Query, Receipts, Status

SCHEMA = Path(__file__).parent / "schema"
MODELS: list[type[WireModel]] = [Manifest, Query, Receipts, Status, Notice]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__.lower())
def test_the_shape_of_a_message_is_the_one_written_down(model: type[WireModel]) -> None:
    written = (SCHEMA / f"{model.__name__.lower()}.json").read_text()

    assert json.dumps(model.model_json_schema(), indent=1, sort_keys=True) + "\n" == written


def test_every_shape_written_down_is_compared() -> None:
    assert {path.stem for path in SCHEMA.iterdir()} == {model.__name__.lower() for model in MODELS}
