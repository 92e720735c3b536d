"""From the model's outputs to candidates: one decoder for each family of models, in one table."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from askance.edge.detect.decode.candidates import Candidates, Decoder, Outputs
from askance.edge.detect.decode.centerface import centerface
from askance.edge.detect.decode.centernet import centernet
from askance.edge.detect.decode.classifier import classifier
from askance.edge.detect.decode.detr import detr
from askance.edge.detect.decode.end_to_end import end_to_end
from askance.edge.detect.decode.fastestdet import fastestdet
from askance.edge.detect.decode.movenet import movenet
from askance.edge.detect.decode.nanodet import nanodet
from askance.edge.detect.decode.nms_in_graph import nms_in_graph
from askance.edge.detect.decode.objectron import objectron
from askance.edge.detect.decode.plates import plates
from askance.edge.detect.decode.semantic import semantic
from askance.edge.detect.decode.ssd import ssd
from askance.edge.detect.decode.ultralytics import ultralytics
from askance.edge.detect.decode.yolox import yolox
from askance.edge.detect.decode.yunet import yunet
from askance.edge.detect.package import ModelCard

__all__ = ["DECODERS", "Build", "Candidates", "Decoder", "Outputs"]

Build: TypeAlias = Callable[[ModelCard], Decoder]

DECODERS: Final[Mapping[str, Build]] = {
    "yolox": yolox,
    "ultralytics": ultralytics,
    "nms_in_graph": nms_in_graph,
    "end_to_end": end_to_end,
    "detr": detr,
    "ssd": ssd,
    "yunet": yunet,
    "plates": plates,
    "nanodet": nanodet,
    "fastestdet": fastestdet,
    "centernet": centernet,
    "centerface": centerface,
    "classifier": classifier,
    "movenet": movenet,
    "objectron": objectron,
    "semantic": semantic,
}
