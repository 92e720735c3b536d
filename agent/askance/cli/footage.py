"""What `askance rules` plays, and on which device: the options, and what they name."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.edge.config import EdgeConfig
    from askance.replay import Reel

FILE: Final = click.Path(dir_okay=False, path_type=Path)
RECORDINGS: Final = click.argument("recordings", metavar="VIDEO_OR_FOLDER...", nargs=-1, required=True)
MODEL: Final = click.option("--model", type=click.Path(path_type=Path), help="Folder of the model, or an ONNX file.")
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
CONFIG: Final = click.option(
    "--config", "config_path", type=FILE, help="A device's configuration: its gate, detector and labels."
)
FPS: Final = click.option(
    "--fps", type=click.FloatRange(min=0, min_open=True, max=120), help="Frames a second to look at; pace of a folder."
)
CAMERAS: Final = click.option(
    "--camera",
    "cameras",
    metavar="NAME",
    multiple=True,
    help="Camera that the recordings are of; once for all, or for each in order.  "
    "[default: the configuration's camera of that name, or its only one]",
)
POSES: Final = click.option(
    "--pose",
    "poses",
    metavar="NAME",
    multiple=True,
    help="PTZ preset that it stands at; likewise.  [default: the configuration's]",
)


def configured(config_path: Path | None, *, model: Path | None, labels: Path | None = None) -> "EdgeConfig":
    """Read a device's configuration, and put in what the command line says."""
    from askance import settings
    from askance.edge.config import EdgeConfig

    config = settings.load(EdgeConfig, config_path)
    if labels is not None:
        config = config.model_copy(update={"labels": labels})
    if model is None:
        return config
    place = model.absolute()
    detector = config.detector.model_copy(update={"models": place.parent, "model": place.name})
    return config.model_copy(update={"detector": detector})


def open_reel(
    recordings: Sequence[str], config: "EdgeConfig", *, fps: float | None, cameras: Sequence[str], poses: Sequence[str]
) -> "Reel":
    """Find the recordings, and say what they show.

    Raises:
        SourceError: one is not there, or no recording.
        UsageError: cameras or poses are too many or too few.
    """
    from askance.replay import Reel
    from askance.replay.reel import Shown
    from askance.wire.identity import CAMERA_PATTERN, CameraId

    count = len(recordings)
    said = (
        _each("--camera", cameras, pattern=CAMERA_PATTERN, count=count),
        _each("--pose", poses, pattern=".{1,64}", count=count),
    )
    shows = [Shown(None if camera is None else CameraId(camera), pose) for camera, pose in zip(*said, strict=True)]
    mine = config.cameras if "cameras" in config.model_fields_set else ()
    return Reel(recordings, fps=fps, cameras=mine, shows=shows)


def _each(option: str, names: Sequence[str], *, pattern: str, count: int) -> Sequence[str | None]:
    """Give each of ``count`` recordings what an option says of it; None: nothing was said."""
    for name in names:
        if re.fullmatch(pattern, name) is None:
            raise click.UsageError(f"{option}: expected a name as configurations have it, e.g. gate: {name:.80}")
    if len(names) > 1 and len(names) != count:
        raise click.UsageError(f"{option}: expected one name for all recordings or one for each: {len(names)}, {count}")
    return names if len(names) > 1 else [*names, None][:1] * count
