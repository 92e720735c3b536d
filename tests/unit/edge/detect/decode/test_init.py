"""Every family of the table is there, builds a decoder, and is imported only when a card asks for it."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import pytest

from askance.edge.detect.decode import DECODERS, Build
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
from askance.errors import ModelError
from support_decode import card_of

# Here the type checkers see each builder; the table itself knows modules by their names.
BUILDERS: Final[Mapping[str, Build]] = {
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


def test_the_table_has_every_family() -> None:
    assert set(BUILDERS) == set(DECODERS)


@pytest.mark.parametrize("family", BUILDERS)
def test_the_table_and_the_family_refuse_the_same_card_in_the_same_words(family: str) -> None:
    card = card_of(family, ["person"], nonsense=1)
    said: list[str] = []
    for build in (DECODERS[family], BUILDERS[family]):
        with pytest.raises(ModelError) as caught:
            build(card)
        said.append(str(caught.value))

    assert said[0] == said[1]


def test_a_family_nobody_asks_for_costs_nothing() -> None:
    loaded = "import sys, askance.edge.detect; print([name for name in sys.modules if name.endswith('.ultralytics')])"

    assert "[]\n" == subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
