"""Makes a quantized package: an 8-bit file that takes bytes, its drift report, its golden record and its card."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np

from askance.edge.detect.golden import FOLDER, write_golden
from askance.edge.detect.model import Model
from askance.edge.detect.package import CARD, ModelCard, Package, Quantization, load_package, read_card, sha256_of
from askance.edge.detect.scenes import scene
from askance.edge.detect.trial import judge, look
from askance.edge.values import Image
from askance.errors import ModelError
from askance.models.cards import write_card
from askance.models.drift import Drift, measure
from askance.models.fold import can_fold, fold, folded_input
from askance.models.graph import free_last
from askance.models.photos import read_photo
from askance.models.picture import draw
from askance.models.quantize import METHOD, SCHEME, quantize, require_onnx
from askance.models.record import SCENES, Recording, record_photos, record_scenes
from askance.models.report import document
from askance.models.truth import find_labels
from askance.wire.identity import Sha256

Begin: TypeAlias = Callable[[str], Callable[[int, int], None]]

REPORT: Final = "drift.json"
PICTURE: Final = "drift.png"
_BESIDE: Final = ("LICENSE", "NOTICE")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
_EQUAL: Final = 1e-4
_FOLDED: Final = "pixels scaled inside the graph"
_FREED: Final = "what the last convolutions give too"
_TRIED: Final = 2
_RECORDED: Final = 24


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be made.

    Attributes:
        source: the ONNX file in floating point.
        card: describes its input, decoder and classes; its hash and figures are not used.
        photos: to calibrate on, in this order.
        held_out: to measure on, none of them among ``photos``; empty: drawn scenes.
        labels: where the labels of ``held_out`` lie; None: looked for beside them.
        out: folder for the package.
        golden: what the golden record is made of: calibration photos, or drawn scenes, which store no picture.
        force: keep the file although the report speaks against it.
    """

    source: Path
    card: Path
    photos: Sequence[Path]
    held_out: Sequence[Path]
    labels: Path | None
    out: Path
    golden: Literal["photos", "scenes"] = "photos"
    force: bool = False

    @property
    def seen(self) -> str:
        """What the drift is measured on, in words."""
        return f"{len(self.held_out)} held-out photos" if self.held_out else f"{SCENES} drawn scenes"


def make(order: Order, *, begin: Begin) -> tuple[Package, Drift]:
    """Make a package with its golden record, and the drift report beside it.

    Args:
        order: what shall be made.
        begin: told what is being done now; what it returns is told how much of it is done, and of how much.

    Returns:
        The package and what was measured.

    Raises:
        MissingPartError: the extra ``models`` is not installed.
        ModelError: the card does not fit the source, the folder cannot be written, the quantizer does not know the
            graph, or the file has drifted too far: then nothing but the report is in the folder.
        SourceError: a photo or label cannot be read.
    """
    require_onnx()
    card = read_card(order.card)
    sha256 = sha256_of(order.source)
    card = card.model_copy(update={"file": order.source.name, "sha256": sha256, "quantization": None, "figures": {}})
    source = Model(Package(card, order.source.parent), threads=1)
    try:
        order.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=order.out, prefix=".making-") as scratch:
            return _make(order, source, scratch=Path(scratch), begin=begin)
    except OSError as error:
        raise ModelError(
            f"cannot write {order.out}: {error.strerror or error}", hint="choose another folder with --out"
        ) from error


def _make(order: Order, source: Model, *, scratch: Path, begin: Begin) -> tuple[Package, Drift]:
    file = _quantized(order, source, scratch=scratch, begin=begin)
    images: list[Path | Image] = [*order.held_out] or [scene(seed) for seed in range(SCENES)]
    labels = order.labels or (find_labels(order.held_out) if order.held_out else None)
    drift = measure(source, file, images=images, labels=labels, progress=begin("report"))
    _report(order, drift)
    if drift.faults and not order.force:
        raise ModelError(
            f"{order.source.name} does not survive quantization: {'; '.join(drift.faults)}",
            hint=f"see {order.out / PICTURE}; run it in floating point, calibrate on other photos with --calibrate, "
            "or keep it all the same with --force",
        )
    recording = _record(order, source)
    return _keep(order, file.package, drift=drift, recording=recording), drift


def _quantized(order: Order, source: Model, *, scratch: Path, begin: Begin) -> Model:
    onnx = require_onnx()
    made = scratch / "model.onnx"
    card = source.package.card
    quantize(order.source, made, card=card, photos=order.photos, progress=begin("calibrate"))
    card = card.model_copy(update={"file": made.name, "quantization": _describe(order, source.package)})
    images = [read_photo(photo) for photo in order.photos[:_TRIED]]
    plain = _load(card, made)
    if judge(plain, [look(plain, image)[0] for image in images]):
        graph = onnx.load(str(made))
        free_last(graph)
        onnx.save(graph, str(made))
        plain = _load(_noted(card, _FREED), made)
    if not can_fold(card.input):
        return plain
    graph = onnx.load(str(made))
    fold(graph, card.input)
    other = scratch / "bytes" / made.name
    other.parent.mkdir()
    onnx.save(graph, str(other))
    card = _noted(plain.package.card, _FOLDED)
    folded = _load(card.model_copy(update={"input": folded_input(card.input)}), other)
    return folded if _equal(plain, folded, images=images) else plain


def _load(card: ModelCard, file: Path) -> Model:
    return Model(Package(card.model_copy(update={"sha256": sha256_of(file)}), file.parent), threads=1)


def _noted(card: ModelCard, note: str) -> ModelCard:
    record = card.quantization
    noted = None if record is None else record.model_copy(update={"method": f"{record.method}; {note}"})
    return card.model_copy(update={"quantization": noted})


def _equal(one: Model, other: Model, *, images: Sequence[Image]) -> bool:
    for image in images:
        outputs = [model.forward(model.prepare(image)) for model in (one, other)]
        for name in one.decoder.outputs:
            if not np.allclose(outputs[0][name], outputs[1][name], rtol=0.0, atol=_EQUAL):
                return False
    return True


def _report(order: Order, drift: Drift) -> None:
    data = document(drift, source=order.source.name, on=order.seen)
    (order.out / REPORT).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    picture = draw(drift, title=f"{order.source.name} in 8 bits, on {order.seen}")
    done, packed = cv2.imencode(".png", picture)
    if done:
        (order.out / PICTURE).write_bytes(packed.tobytes())


def _record(order: Order, source: Model) -> Recording | None:
    """Make the golden record; scenes serve where the photos show the source too little."""
    photos = map(read_photo, order.photos[:_RECORDED])
    made = record_photos(source, photos) if order.golden == "photos" else None
    return made or record_scenes(source)


def _keep(order: Order, made: Package, *, drift: Drift, recording: Recording | None) -> Package:
    out = order.out
    quantization = made.card.quantization
    if drift.faults and quantization is not None:
        quantization = quantization.model_copy(update={"forced": "; ".join(drift.faults)[:400]})
    card = made.card.model_copy(update={"quantization": quantization, "figures": drift.figures()})
    if _NAME.fullmatch(out.resolve().name):
        card = card.model_copy(update={"name": out.resolve().name})
    made.file.replace(out / card.file)
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    if recording is not None:
        write_golden(recording.golden, out, images=recording.images)
    write_card(card, out / CARD)
    for name in _BESIDE:
        beside = order.card.parent / name
        if beside.is_file() and order.card.parent.resolve() != out.resolve():
            shutil.copyfile(beside, out / name)
    return load_package(out)


def _describe(order: Order, source: Package) -> Quantization:
    digest = hashlib.sha256("".join(sha256_of(photo) for photo in order.photos).encode())
    return Quantization(
        scheme=SCHEME,
        method=METHOD,
        source=source.file.name,
        source_sha256=source.card.sha256,
        photos=len(order.photos),
        photos_sha256=Sha256(digest.hexdigest()),
        tools={name: version(name) for name in ("onnx", "onnxruntime")},
    )
