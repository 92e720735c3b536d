"""What the benchmarks work on, made once and kept in build/bench: models, their 8-bit files, and 1080p videos."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final, cast

import cv2
import encoder
import numpy as np

from askance.edge.detect.bare import open_package
from askance.edge.values import Image
from askance.models.cards import write_card
from askance.models.photos import find_photos
from askance.models.workshop import Order, make

CHECKOUT: Final = Path(__file__).parents[1]
ENVIRONMENT: Final = CHECKOUT / ".venv-references" / "bin" / "python"
PHOTOS: Final = 32
VIEWS: Final = 5
WIDTH, HEIGHT, FPS, KBITS = 1920, 1080, 25, 4000
FRAMES: Final = 250
GRAIN: Final = 3.0  # grey levels of noise: without it an enlarged clip would cost less to decode than a camera's stream

RULES: Final = """version: 1
rules:
  - id: people
    when: {all: [{near_threshold: {classes: [person], from: 0.25, to: 0.65}}, {quality: {brightness_above: 0.9999}}]}
  - id: vehicles
    when: {all: [{near_threshold: {classes: [car, bus], from: 0.3, to: 0.6}}, {quality: {brightness_above: 0.9999}}]}
  - id: scene
    when: {all: [{entropy: {at_least: 0.65}}, {quality: {brightness_above: 0.9999}}]}
  - id: mix-up
    when: {all: [{margin: {at_least: 0.4}}, {quality: {brightness_above: 0.9999}}]}
"""


@dataclass(frozen=True, slots=True)
class Made:
    """How a model is made.

    Attributes:
        reference: architecture.
        size: sides of the input.
        share: of the anchors that would reach a score of 0.1 if scores were normally distributed. Nobody has trained
            the weights; it was chosen by hand so that they see tens of places above the floor on the video, as a
            trained yolov8n of 320 does (8 to 78, median 27). Their richest frames have several times as many.
        int8: whether ours quantizes it.
    """

    reference: str
    size: int
    share: float
    int8: bool = False


MODELS: Final = {
    "yolo11n-640": Made("yolo11n", 640, 1e-6),
    "yolo11n-320": Made("yolo11n", 320, 1e-5),
    "yolo11n-320-int8": Made("yolo11n", 320, 1e-5, int8=True),
    "yolo11n-dynamic-640": Made("yolo11n-dynamic", 640, 1e-6),
    "yolo11n-dynamic-640-int8": Made("yolo11n-dynamic", 640, 1e-6, int8=True),
}


class Material:
    """The folder of what has been made; anything is made when it is first asked for.

    Args:
        folder: where it is kept.
        assets: photos and clips to make it from.
    """

    def __init__(self, folder: Path, assets: Path) -> None:
        self.folder: Final = folder.resolve()
        self.assets: Final = assets
        self.codec = "H.264"
        folder.mkdir(parents=True, exist_ok=True)
        self.rules: Final = self.folder / "rules.yaml"
        self.rules.write_text(RULES, encoding="utf-8")

    def model(self, name: str) -> Path:
        """Return the folder of a model, with its card."""
        made, folder = MODELS[name], self.folder / "models" / name
        if (folder / "card.yaml").is_file():
            return folder
        if made.int8:
            _say(f"quantizing {name}")
            plain = self.model(name.removesuffix("-int8"))
            photos = find_photos(self.assets / "images" / "coco128" / "images" / "train2017")[:PHOTOS]
            order = Order(
                source=next(plain.glob("*.onnx")),
                card=plain / "card.yaml",
                photos=photos,
                held_out=(),
                labels=None,
                out=folder,
                golden="scenes",
                force=True,  # weights that nobody has trained drift more than any trained ones, and cost the same
            )
            make(order, begin=lambda _step: lambda _done, _of: None)
            shutil.rmtree(folder / "golden", ignore_errors=True)  # for the same reason
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.onnx"
        if not file.is_file():
            self._export(made, file)
        write_card(open_package(file).card, folder / "card.yaml")
        return folder

    def file(self, name: str) -> Path:
        """Return a model's ONNX file."""
        return next(self.model(name).glob("*.onnx"))

    def video(self, kind: str) -> Path:
        """Return a 1080p video: ``moving``, or ``still``, where nothing but a sensor's noise changes."""
        codec = "h264" if _encodes() else "mpeg4"
        self.codec = {"h264": "H.264", "mpeg4": "MPEG-4 (no H.264 encoder here)"}[codec]
        file = self.folder / f"{kind}-{codec}.mp4"
        if not file.is_file():
            _say(f"encoding {file.name}")
            part = file.with_name(f"part-{file.name}")
            write = _write_h264 if codec == "h264" else _write_mpeg4
            write(self._pictures(kind), part)
            part.replace(file)
        return file

    def frames(self, count: int) -> list[Image]:
        """Decode ``count`` frames of the moving video, spread over all of it."""
        capture = cv2.VideoCapture(str(self.video("moving")))
        step = FRAMES // count
        found: list[Image] = []
        for position in range(FRAMES):
            done = capture.grab()
            if done and position % step == 0 and len(found) < count:
                found.append(np.asarray(capture.retrieve()[1], np.uint8))
        capture.release()
        return found

    def scratch(self, resources: ExitStack) -> Path:
        """Return a new folder that ``resources`` removes."""
        return Path(resources.enter_context(TemporaryDirectory(dir=self.folder)))

    def _export(self, made: Made, file: Path) -> None:
        _say(f"exporting {file.name}")
        if not ENVIRONMENT.is_file():
            raise SystemExit("there is no ultralytics to export and compare with\nhint: make references")
        script = CHECKOUT / "tests" / "references" / "ultralytics_export.py"
        photos = [file.with_name(f"{number}.png") for number in range(VIEWS)]
        for photo, image in zip(photos, self.frames(VIEWS), strict=True):
            cv2.imwrite(str(photo), image)
        options = ["--only", made.reference, "--size", str(made.size), "--share", str(made.share)]
        command: list[str | Path] = [ENVIRONMENT, script, file.parent, *options, "--frames", *photos]
        subprocess.run(command, check=True, capture_output=True)
        (file.parent / f"{made.reference}.onnx").replace(file)
        for photo in photos:
            photo.unlink()

    def _pictures(self, kind: str) -> Iterator[Image]:
        random = np.random.default_rng(7)
        grain = random.normal(0.0, GRAIN, (HEIGHT + 64, WIDTH + 64, 1)).astype(np.int16)
        capture = cv2.VideoCapture(str(self.assets / "video" / "bikes.mp4"))
        picture: Image | None = None
        for _ in range(FRAMES):
            if picture is None or kind == "moving":
                done, image = capture.read()
                if not done:
                    break
                picture = np.asarray(cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
            top, left = random.integers(0, 64, 2)
            noisy = picture + grain[top : top + HEIGHT, left : left + WIDTH]
            yield np.clip(noisy, 0, 255).astype(np.uint8)
        capture.release()


def assets_folder() -> Path:
    """Return where the assets are: ASKANCE_TEST_ASSETS, or beside the checkout."""
    folder = Path(os.environ.get("ASKANCE_TEST_ASSETS", CHECKOUT.parent / "shared" / "assets"))
    if not (folder / "video" / "bikes.mp4").is_file():
        raise SystemExit(f"no test assets in {folder}\nhint: set ASKANCE_TEST_ASSETS")
    return folder


def _say(what: str) -> None:
    print(f"once: {what}", file=sys.stderr, flush=True)


def _encodes() -> bool:
    if not Path(encoder.SYSTEM_PYTHON).is_file():
        return False
    asked = [encoder.SYSTEM_PYTHON, encoder.__file__, "--check"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _write_h264(pictures: Iterator[Image], file: Path) -> None:
    size = [str(number) for number in (WIDTH, HEIGHT, FPS, KBITS)]
    command = [encoder.SYSTEM_PYTHON, encoder.__file__, *size, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        pipe = cast("BinaryIO", process.stdin)
        for picture in pictures:
            pipe.write(picture.tobytes())
        pipe.close()
        if process.wait() != 0:
            raise SystemExit(f"GStreamer could not encode {file}")


def _write_mpeg4(pictures: Iterator[Image], file: Path) -> None:
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for picture in pictures:
        writer.write(picture)
    writer.release()
