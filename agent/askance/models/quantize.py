"""Makes a static INT8 file (QDQ) out of one in floating point, calibrated on photos."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from askance.edge.detect.package import (
    CARD,
    ModelCard,
    ModelInput,
    Package,
    Quantization,
    load_package,
    read_card,
    sha256_of,
)
from askance.edge.detect.preprocess import Preprocessor
from askance.edge.detect.session import Session
from askance.errors import MissingPartError, SourceError
from askance.wire.identity import Sha256

Progress: TypeAlias = Callable[[int, int], None]

SCHEME: Final = "int8 qdq, u8 activations, s8 per-channel weights, reduced range"
_METHOD: Final = (
    "onnxruntime.quantization.quantize_static: opset 13, batch norms folded, min-max calibration, "
    "input grid clear of the pixel values, every node after the last convolutions in floating point"
)
_OPSET: Final = 13  # the first with quantization per channel
_PHOTOS: Final = {".jpg", ".jpeg", ".png", ".bmp"}
_CLEAR: Final = 1e-3  # of a step; far above the rounding error of a 32-bit product
_BESIDE: Final = ("LICENSE", "NOTICE")


def find_photos(folder: Path, *, most: int) -> list[Path]:
    """Return the first ``most`` photos of a folder by name.

    Raises:
        SourceError: there is none.
    """
    photos = sorted(path for path in folder.glob("*") if path.suffix.lower() in _PHOTOS)
    if not photos:
        raise SourceError(f"no photos to calibrate on in {folder}", hint="askance models quantize --calibrate FOLDER")
    return photos[:most]


def quantize(source: Path, card_file: Path, *, photos: Sequence[Path], out: Path, progress: Progress) -> Package:
    """Quantize a model and write it with its card; the same photos and library versions give the same bytes.

    Args:
        source: the ONNX file in floating point.
        card_file: a card that describes its input, decoder and classes; its hash and figures are not used.
        photos: to calibrate on, in this order; never those it will be scored on.
        out: folder for model.onnx, card.yaml and what lies beside ``card_file`` as LICENSE and NOTICE.
        progress: told after each photo how many are done, and of how many.

    Raises:
        MissingPartError: the extra ``models`` is not installed.
        ModelError: the source cannot be loaded.
        SourceError: a photo cannot be read.
    """
    card = read_card(card_file)
    Session(source, threads=1)  # a source that cannot run is refused in the words of the agent
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        made = Path(scratch) / "model.onnx"
        _make(source, made, card=card, reader=_Reader(card, photos, progress=progress))
        made_card = card.model_copy(
            update={
                "file": "model.onnx",
                "sha256": sha256_of(made),
                "quantization": _record(source, photos),
                "figures": {},
            }
        )
        made.replace(out / "model.onnx")
    write_card(made_card, out / CARD)
    for name in _BESIDE:
        beside = card_file.parent / name
        if beside.is_file() and card_file.parent.resolve() != out.resolve():
            shutil.copyfile(beside, out / name)
    return load_package(out)


def write_card(card: ModelCard, path: Path) -> None:
    """Write a card as YAML; values that equal their default and were not given stay out."""
    values = card.model_dump(mode="json", exclude_unset=True)
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=116, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


class _Reader:
    """Gives the calibrator one prepared photo at a time."""

    def __init__(self, card: ModelCard, photos: Sequence[Path], *, progress: Progress) -> None:
        self._name = card.input.name
        self._preprocess = Preprocessor(card.input)
        self._photos = photos
        self._progress = progress
        self._done = 0

    def get_next(self) -> dict[str, NDArray[np.generic]] | None:
        """Return the next photo's tensor under the input's name; None at the end."""
        if self._done:
            self._progress(self._done, len(self._photos))
        if self._done == len(self._photos):
            return None
        photo = self._photos[self._done]
        image = cv2.imread(str(photo), cv2.IMREAD_COLOR)
        if image is None:
            raise SourceError(f"not an image: {photo}", hint="remove it from the folder given to --calibrate")
        self._done += 1
        tensor, _ = self._preprocess(image.astype(np.uint8, copy=False))
        return {self._name: tensor}


def _make(source: Path, made: Path, *, card: ModelCard, reader: _Reader) -> None:
    try:
        import onnx  # noqa: PLC0415 (an extra: only this command needs it)
        from onnxruntime import quantization  # noqa: PLC0415 (imports onnx)
        from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: PLC0415 (the same)
    except ImportError as error:
        raise MissingPartError(
            f"quantizing needs a library that is not installed: {error.name}",
            hint="python -m pip install 'askance[models]'",
        ) from error
    model: Any = onnx.load(str(source))
    if max(entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}) < _OPSET:
        model = onnx.version_converter.convert_version(model, _OPSET)
    raised, folded = made.with_name("raised.onnx"), made.with_name("folded.onnx")
    onnx.save(model, str(raised))
    quant_pre_process(str(raised), str(folded), skip_symbolic_shape=True)
    graph = onnx.load(str(folded)).graph
    quantization.quantize_static(
        str(folded),
        str(made),
        cast("Any", reader),  # the library asks for its own base class and is content with the method
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=tail_nodes(graph),
        calibrate_method=quantization.CalibrationMethod.MinMax,
        extra_options={"TensorQuantOverrides": _input_override(graph, card.input)},
    )


def tail_nodes(graph: Any) -> list[str]:  # noqa: ANN401 (onnx.GraphProto: the library has no types)
    """Name the nodes that no convolution follows, the last convolutions themselves left out.

    Scores and boxes are put together there; rounding them to 8 bits ruins a detector.
    """
    before_convolution: set[str] = set()
    tail: list[str] = []
    for node in reversed(graph.node):  # the format demands topological order
        if node.op_type == "Conv" or before_convolution.intersection(node.output):
            before_convolution.update(node.input)
        else:
            tail.append(node.name)
    return tail[::-1]


def pixel_range(wanted: ModelInput) -> tuple[float, float]:
    """Choose the range of the input's 8-bit grid so that no pixel value lies between two of its steps.

    A grid that spans -1 to 1 exactly puts each of the 256 values on the border of two steps: the last bit of a
    floating-point product then decides, half of the values fall together, and no two programs see the same image.

    Returns:
        Lower and upper end; the pixels' own, or one at most 3 % wider.
    """
    values = (np.arange(256.0)[:, None] * wanted.scale - wanted.mean) / wanted.std
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))

    def clearance(widened: float) -> float:
        places = values / (widened * (high - low) / 255)
        return float(np.abs(places - np.floor(places) - 0.5).min())

    widenings = [1 + more / 255 for more in range(9)]
    best = next((each for each in widenings if clearance(each) >= _CLEAR), None) or max(widenings, key=clearance)
    return low * best, high * best


def _input_override(graph: Any, wanted: ModelInput) -> dict[str, list[dict[str, Any]]]:  # noqa: ANN401 (as above)
    """Name the input's range under each name that the image has before something is done to its values."""
    names = [wanted.name]
    for node in graph.node:
        if node.op_type in {"Transpose", "Identity"} and node.input[0] in names:
            names.append(node.output[0])
    low, high = (np.array(end, np.float32) for end in pixel_range(wanted))
    return {name: [{"rmin": low, "rmax": high}] for name in names}


def _record(source: Path, photos: Sequence[Path]) -> Quantization:
    digest = hashlib.sha256("".join(sha256_of(photo) for photo in photos).encode())
    return Quantization(
        scheme=SCHEME,
        method=_METHOD,
        source=source.name,
        source_sha256=sha256_of(source),
        photos=len(photos),
        photos_sha256=Sha256(digest.hexdigest()),
        tools={name: version(name) for name in ("onnx", "onnxruntime")},
    )
