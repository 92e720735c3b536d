"""The recipe: a static INT8 file (QDQ) out of one in floating point, calibrated on photos."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.package import ModelCard, ModelInput
from askance.edge.detect.preprocess import Preprocessor
from askance.edge.detect.session import FAILURES
from askance.errors import MissingPartError, ModelError
from askance.models.graph import modernize, tail_nodes
from askance.models.photos import read_photo

Progress: TypeAlias = Callable[[int, int], None]

SCHEME: Final = "int8 qdq, u8 activations, s8 per-channel weights, reduced range"
METHOD: Final = (
    "onnxruntime.quantization.quantize_static: opset 13, batch norms folded, min-max calibration, "
    "input grid clear of the pixel values, every node after the last convolutions in floating point"
)
_ERRORS: Final = 3
_CLEAR: Final = 1e-3  # of a step; far above the rounding error of a 32-bit product


def require_onnx() -> Any:  # noqa: ANN401 (the library has no types)
    """Return the library ``onnx``.

    Raises:
        MissingPartError: the extra ``models`` is not installed.
    """
    try:
        import onnx  # noqa: PLC0415 (an extra: only model commands need it)
    except ImportError as error:
        raise MissingPartError(
            f"changing a model needs a library that is not installed: {error.name}",
            hint="python -m pip install 'askance[models]'",
        ) from error
    return onnx


def quantize(source: Path, made: Path, *, card: ModelCard, photos: Sequence[Path], progress: Progress) -> None:
    """Quantize a file; the same photos and library versions give the same bytes.

    Args:
        source: the ONNX file in floating point.
        made: the file to write; its folder takes unfinished files too.
        card: describes the source's input.
        photos: to calibrate on, in this order; never those it will be scored on.
        progress: told after each photo how many are done, and of how many.

    Raises:
        MissingPartError: the extra ``models`` is not installed.
        ModelError: the graph cannot be raised to opset 13, or holds what the quantizer does not know.
        SourceError: a photo cannot be read.
    """
    onnx = require_onnx()
    reader = _Reader(card, photos, progress=progress)
    broken = (*FAILURES, onnx.version_converter.ConvertError, onnx.shape_inference.InferenceError)
    broken = (*broken, onnx.checker.ValidationError, RuntimeError, ValueError, KeyError, NotImplementedError)
    try:
        _make(source, made, wanted=card.input, reader=reader)
    except broken as error:
        raise ModelError(
            f"{source}: the quantizer cannot read this graph: {' '.join(str(error).split())[:400]}",
            hint="export it again with a newer opset and without custom operators, or run it in floating point",
        ) from error


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
        tensor, _ = self._preprocess(read_photo(self._photos[self._done]))
        self._done += 1
        return {self._name: tensor}


def _make(source: Path, made: Path, *, wanted: ModelInput, reader: _Reader) -> None:
    import onnxruntime  # noqa: PLC0415 (heavy, and only this command uses the library's own tools)
    from onnxruntime import quantization  # noqa: PLC0415 (imports onnx, an extra)
    from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: PLC0415 (the same)

    onnx = require_onnx()
    library: Any = onnxruntime  # it has no types
    library.set_default_logger_severity(_ERRORS)  # the calibrator's sessions ask nobody else what to print
    model = modernize(onnx.load(str(source)))
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
        extra_options={"TensorQuantOverrides": _input_override(graph, wanted)},
    )


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
