"""The shipped rule sets, played over real pictures of their use."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from askance import shipped
from askance.edge.config import DetectorSection, EdgeConfig, SecondLookSection
from askance.edge.rules import Policy, load_rules
from askance.edge.values import Image
from askance.labels import LabelMap
from askance.replay import Reel, Replay
from askance.wire.capture import Manifest, Role
from askance.wire.codec import unpack
from support_assets import CARDS, asset_package

RULES = shipped.folder("config") / "rules"
DETECTOR = shipped.folder("models") / "ssdlite-mobilenet-v2-coco"
ROAD = CARDS / "twinlitenet-road.yaml"
FPS = {"road-vehicle": 1.0, "ptz-security": 1.0, "agriculture": 0.1, "road-surface": 0.5}
"""The pace at which each set sees its pictures: slow, so that there are several slots."""

ANIMALS_AND_FRUIT = {14, 15, 16, 17, 18, 19, 21, 47, 49, 50, 51, 58}  # columns of the photos' label files


@dataclass(frozen=True)
class Outcome:
    """What became of a clip.

    Attributes:
        name: the set of rules.
        policy: its rules.
        seconds: how long the clip is.
        stored: all that was stored, and the bytes of each.
        payers: who paid for what, by frame id; what is the context of another is not among it.
        notes: what an operator is told.
    """

    name: str
    policy: Policy
    seconds: float
    stored: tuple[tuple[Manifest, int], ...]
    payers: dict[str, frozenset[str]]
    notes: tuple[str, ...]

    @property
    def kept(self) -> list[Manifest]:
        """Those that were kept for themselves, oldest first."""
        kept = [manifest for manifest, _ in self.stored if manifest.role is Role.TRIGGER]
        return sorted(kept, key=lambda manifest: manifest.taken.monotonic_ns)


def labels() -> LabelMap:
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


def rules(name: str) -> Policy:
    return load_rules([RULES / f"{name}.yaml"], labels=labels())


def model(name: str, *, assets: Path, folder: Path) -> Path:
    """The model of a use; that for roads is put into ``folder``, together with its card."""
    if name != "road-surface":
        return DETECTOR
    package = asset_package(assets, ROAD.stem)
    (folder / "card.yaml").symlink_to(ROAD)
    (folder / package.card.file).symlink_to(package.folder / package.card.file)
    return folder


def play(name: str, *, assets: Path, folder: Path) -> Outcome:
    """Play a set over pictures of its use, in an empty folder.

    The road model does not look again: for each frame that waits that would be five passes of a slow model.
    """
    recording, package = folder / "clip", folder / "model"
    recording.mkdir()
    package.mkdir()
    for number, picture in enumerate(_pictures(name, assets)):
        cv2.imwrite(str(recording / f"{number:03}.png"), picture)
    return replay(name, recording, place=model(name, assets=assets, folder=package), fps=FPS[name])


def replay(name: str, recording: Path, *, place: Path = DETECTOR, fps: float | None = None) -> Outcome:
    """Replay a set over a recording with a model; that for roads does not look again."""
    config = EdgeConfig(
        detector=DetectorSection(models=place.parent, model=place.name, probe=False),
        second_look=SecondLookSection() if place == DETECTOR else None,
    )
    policy, reel = rules(name), Reel([recording], fps=fps)
    with ExitStack() as resources:
        replayed = Replay(config, [policy], labels=labels(), seed=0, resources=resources)
        replayed.play(reel, tell=lambda: None)
        (take,) = replayed.takes
        stored: list[tuple[Manifest, int]] = []
        for due in take.store.due(1000, exclude=()):
            envelope = take.store.read(due.frame_id, 0, length=due.size)
            assert envelope is not None
            stored.append((unpack(envelope).manifest, due.size))
        payers = {str(frame.frame_id): frozenset(map(str, frame.payers)) for frame in take.account.kept}
        return Outcome(name, policy, reel.length_ns / 1e9, tuple(stored), payers, take.findings())


def _pictures(name: str, assets: Path) -> list[Image]:
    crossing = sorted((assets / "video" / "crossing" / "img").iterdir())
    windscreen = [
        assets / "images" / "kitti-style" / "image_2" / "000000.png",
        assets / "models" / "twinlitenet-road" / "caeb782d-4a20b7c4.jpg",
    ]
    match name:
        case "road-vehicle":
            return [*_street(assets)[::4], *_read(windscreen)]
        case "ptz-security":
            return _read(crossing[::2])
        case "agriculture":
            return _read(_farm(assets))
        case _:
            return [*_street(assets)[200::25], *_read(windscreen), *_read(crossing[::24])]


def _street(assets: Path) -> list[Image]:
    film = cv2.VideoCapture(str(assets / "video" / "bikes.mp4"))
    return [np.asarray(film.retrieve()[1], np.uint8) for _ in iter(film.grab, False)]


def _farm(assets: Path) -> list[Path]:
    """List the photos of animals, fruit and plants."""
    root = assets / "images" / "coco128"
    return [
        root / "images" / file.parent.name / f"{file.stem}.jpg"
        for file in sorted((root / "object_detection" / "labels").rglob("*.txt"))
        if ANIMALS_AND_FRUIT & {int(line.split()[0]) for line in file.read_text().splitlines()}
    ]


def _read(files: Sequence[Path]) -> list[Image]:
    return [np.asarray(cv2.imread(str(file)), np.uint8) for file in files]
