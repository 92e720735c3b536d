"""From the model's outputs to candidates: one decoder for each family of models, in one table."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final, TypeAlias

from askance.edge.detect.decode.candidates import Candidates, Decoder, Outputs
from askance.edge.detect.package import ModelCard

__all__ = ["DECODERS", "Build", "Candidates", "Decoder", "Outputs"]

Build: TypeAlias = Callable[[ModelCard], Decoder]


def _of(family: str) -> Build:
    """Name a family's builder; its module is imported for the first card, because all together delay a start."""

    def build(card: ModelCard) -> Decoder:
        builder: Build = getattr(import_module(f"{__name__}.{family}"), family)
        return builder(card)

    return build


_FAMILIES: Final = (
    "yolox",
    "ultralytics",
    "nms_in_graph",
    "end_to_end",
    "detr",
    "ssd",
    "yunet",
    "plates",
    "nanodet",
    "fastestdet",
    "centernet",
    "centerface",
    "classifier",
    "movenet",
    "objectron",
    "semantic",
)

DECODERS: Final[Mapping[str, Build]] = {family: _of(family) for family in _FAMILIES}
