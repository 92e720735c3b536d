"""The only file of the agent that knows onnxruntime: a model file in, a forward pass out."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.memory import check_memory
from askance.errors import ModelError

# Wheels from 1.29 on report to their maker by default; the switch is read once, while the library loads.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

_native: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")  # compiled: no checker can look inside

_CPUINFO: Final = Path("/proc/cpuinfo")
FAILURES: Final[tuple[type[Exception], ...]] = (
    _native.EPFail,
    _native.Fail,
    _native.InvalidArgument,
    _native.InvalidGraph,
    _native.InvalidProtobuf,
    _native.ModelLoaded,
    _native.NoModel,
    _native.NoSuchFile,
    _native.NotImplemented,
    _native.RuntimeException,
)


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of the graph.

    Attributes:
        name: as the graph calls it.
        shape: one entry an axis; None where the graph leaves it open.
        dtype: in the runtime's words, e.g. ``tensor(float)``.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str


class Session:
    """A loaded model on the CPU.

    Args:
        file: the ONNX file.
        threads: cores that one forward pass may use.

    Raises:
        ModelError: the file is no ONNX, lacks its external data, holds operators that the runtime does not have, or is
            too large for this machine.
    """

    def __init__(self, file: Path, *, threads: int) -> None:
        self._file = file
        check_memory(file)
        try:
            self._session: Any = _load(file, threads=threads)
        except FAILURES as error:
            raise _explain(file, error) from error
        self.inputs = tuple(_port(value) for value in self._session.get_inputs())
        self.outputs = tuple(_port(value) for value in self._session.get_outputs())
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        self._names = [port.name for port in self.outputs]

    def run(self, name: str, tensor: NDArray[np.generic]) -> dict[str, NDArray[Any]]:
        """Run a forward pass.

        Args:
            name: of the input.
            tensor: of the input's shape and dtype.

        Returns:
            Each output under its name.

        Raises:
            ModelError: the runtime refused the tensor, or failed on the way.
        """
        try:
            return dict(zip(self._names, self._session.run(self._names, {name: tensor}), strict=True))
        except FAILURES as error:
            raise ModelError(
                f"the forward pass of {self._file} failed: {error}", hint="compare file and card: askance models ls"
            ) from error


def saturates(cpuinfo: str, *, machine: str) -> bool:
    """Whether 8-bit products overflow on this CPU unless the runtime is told to be exact.

    x86 without VNNI adds pairs of products in 16 bits and cuts off what does not fit.

    Args:
        cpuinfo: text of /proc/cpuinfo; empty when it cannot be read, which counts as without VNNI.
        machine: the architecture, e.g. ``x86_64``.
    """
    if machine.lower() not in {"x86_64", "amd64"}:
        return False
    return not {"avx512_vnni", "avx_vnni"} & set(cpuinfo.split())


def _load(file: Path, *, threads: int) -> Any:  # noqa: ANN401 (the library has no types)
    cpuinfo = _CPUINFO.read_text(encoding="utf-8", errors="replace") if _CPUINFO.is_file() else ""
    exact = saturates(cpuinfo, machine=platform.machine())
    providers = ["CPUExecutionProvider"]
    try:
        return ort.InferenceSession(str(file), sess_options=_options(threads, exact=exact), providers=providers)
    except _native.NotImplemented:
        if not exact:
            raise
        # Being exact means other weights, which signed activations do not go with; their products never overflow.
        return ort.InferenceSession(str(file), sess_options=_options(threads, exact=False), providers=providers)


def _options(threads: int, *, exact: bool) -> Any:  # noqa: ANN401 (the library has no types)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3  # errors: they are raised anyway, and warnings name nothing an operator can change
    # Spinning workers burn a core between frames: 1.5 times the CPU time for the same work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if exact:
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _port(value: Any) -> Port:  # noqa: ANN401 (the library has no types)
    shape = tuple(size if isinstance(size, int) else None for size in value.shape)
    return Port(value.name, shape, value.type)


def _explain(file: Path, error: Exception) -> ModelError:
    text = " ".join(str(error).split())
    low = text.lower()
    if not file.is_file():
        return ModelError(f"no such model file: {file}", hint="see what is there: askance models ls")
    if "external" in low:
        what, hint = (
            "its weights lie in a second file that is missing",
            "copy the .data file beside it, or export one file",
        )
    elif "protobuf" in low or "modelproto" in low or "graph was found" in low:
        what, hint = "not an ONNX file", "fetch it again: askance models pull NAME"
    elif "is not a registered" in low or "no op registered" in low or "not_implemented" in low:
        what, hint = "it needs operators that onnxruntime does not have", "export it without custom operators"
    else:
        what, hint = "onnxruntime cannot load it", "compare file and card: askance models ls"
    return ModelError(f"{file}: {what}: {text}", hint=hint)
