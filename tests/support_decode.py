"""What tests of decoders need: a card without a file, a frame that is exactly the input."""

from typing import Any

from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard

SIDE = 16


def card_of(family: str, classes: list[str | None], /, **parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    """Write the card of a model that takes 16 x 16 pixels."""
    return ModelCard.model_validate(
        {
            "name": "tiny",
            "version": "1",
            "task": "detect",
            "file": "model.onnx",
            "sha256": "0" * 64,
            "licence": "Apache-2.0",
            "source": "made by the tests",
            "input": {
                "name": "image",
                "layout": "nhwc",
                "width": SIDE,
                "height": SIDE,
                "colour": "rgb",
                "resize": "stretch",
            },
            "decoder": {"family": family, "parameters": parameters},
            "classes": classes,
        }
    )


def same(*, width: int, height: int | None = None) -> Fit:
    """Say that the frame is the input, pixel by pixel; square where no height is given."""
    tall = width if height is None else height
    return Fit(width, tall, width, tall, scale=(1.0, 1.0), shift=(0, 0), rows=(0, tall), columns=(0, width))
