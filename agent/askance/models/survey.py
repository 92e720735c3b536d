"""What an ONNX file says of itself: ports, metadata, size, and its operators where `onnx` is installed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askance.edge.detect.package import sha256_of
from askance.edge.detect.session import Port, Session
from askance.errors import ModelError
from askance.wire.identity import Sha256


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Attributes:
        file: the ONNX file.
        bytes: its size.
        sha256: its hash.
        inputs: of the graph.
        outputs: of the graph.
        metadata: what its maker wrote into it, by key.
        opset: version of the standard operators; None: the extra ``models`` is not installed.
        operators: how often each occurs; None likewise.
    """

    file: Path
    bytes: int
    sha256: Sha256
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: Mapping[str, str]
    opset: int | None
    operators: Mapping[str, int] | None

    @property
    def quantized(self) -> bool | None:
        """Whether it computes in 8 bits; None: nobody can say."""
        if self.operators is None:
            return None
        return any(name.startswith(("QLinear", "QuantizeLinear", "ConvInteger")) for name in self.operators)


def survey(file: Path) -> Survey:
    """Open a file and look.

    Raises:
        ModelError: it is no ONNX, cannot be read, lacks its external data, holds operators that the runtime does not
            have, or is too large for this machine.
    """
    session = Session(file, threads=1)
    try:
        size, digest = file.stat().st_size, sha256_of(file)
    except OSError as error:
        raise ModelError(f"cannot read {file}: {error.strerror}", hint=f"chmod a+r {file}") from error
    opset, operators = _graph(file)
    return Survey(file, size, digest, session.inputs, session.outputs, session.metadata, opset, operators)


def _graph(file: Path) -> tuple[int | None, Mapping[str, int] | None]:
    try:
        import onnx  # noqa: PLC0415 (an extra: without it the rest is still worth having)
    except ImportError:
        return None, None
    model: Any = onnx.load(str(file), load_external_data=False)
    opset = max((entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}), default=None)
    counted = Counter(node.op_type for node in model.graph.node)
    return opset, dict(counted.most_common())
