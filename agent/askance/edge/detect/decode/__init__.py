"""From the model's outputs to candidates: one decoder for each family of models, in one table."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from askance.edge.detect.decode.candidates import Candidates, Decoder
from askance.edge.detect.decode.ssd import ssd
from askance.edge.detect.package import ModelCard

__all__ = ["DECODERS", "Build", "Candidates", "Decoder"]

Build: TypeAlias = Callable[[ModelCard], Decoder]

DECODERS: Final[Mapping[str, Build]] = {"ssd": ssd}
