"""A card's parameters are those of its family, or the error names the key."""

import pytest

from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.package import DecoderCard, ModelCard, ModelInput, Task
from askance.errors import ModelError
from askance.sections import Section
from askance.wire.identity import Sha256


class Parameters(Section):
    """Those of a family that there is not."""

    output: str
    iou: float = 0.5


def card(**parameters: float | str) -> ModelCard:
    return ModelCard(
        name="tiny",
        version="1",
        task=Task.DETECT,
        file="model.onnx",
        sha256=Sha256("ab" * 32),
        licence="MIT",
        source="made by the tests",
        input=ModelInput(name="x", layout="nhwc", width=16, height=16, colour="rgb", resize="stretch"),
        decoder=DecoderCard(family="none", parameters=parameters),
        classes=("person",),
    )


def test_what_is_not_said_is_the_default() -> None:
    assert Parameters(output="boxes", iou=0.5) == read_parameters(Parameters, card(output="boxes"))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, r"card of tiny: decoder.parameters.output: field required"),
        ({"output": "boxes", "iuo": 0.5}, r"decoder.parameters.iuo: extra inputs"),
        ({"output": "boxes", "iou": "much"}, r"decoder.parameters.iou: input should be a valid number"),
    ],
)
def test_wrong_parameters_are_refused_with_their_key(parameters: dict[str, float | str], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        read_parameters(Parameters, card(**parameters))
    assert "card.yaml" in (caught.value.hint or "")
