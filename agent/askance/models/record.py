"""Makes the golden record of a model: the frames in which its source is surest of most objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from askance.codecs import jpeg
from askance.edge.detect.golden import Golden, GoldenFrame, sights
from askance.edge.detect.model import Model
from askance.edge.detect.package import sha256_of
from askance.edge.detect.probe import ENOUGH, SURE
from askance.edge.detect.scenes import scene
from askance.edge.detect.trial import look
from askance.edge.values import Image

SCENES: Final = 48
_FRAMES: Final = 2  # each costs a forward pass at every start
_SIDE: Final = 640
_QUALITY: Final = 95


@dataclass(frozen=True, slots=True)
class Recording:
    """A record with the images that belong to it.

    Attributes:
        golden: the record.
        images: file names and encoded images; empty where the frames are drawn.
    """

    golden: Golden
    images: tuple[tuple[str, bytes], ...]


def record_photos(source: Model, photos: Iterable[Image]) -> Recording | None:
    """Record from photos, made smaller; None where the source sees too little in them to tell files apart."""
    taken: list[tuple[GoldenFrame, bytes]] = []
    for number, photo in enumerate(photos):
        packed = jpeg.encode(_smaller(photo), _QUALITY)
        found = look(source, jpeg.decode(packed))[1]
        taken.append((GoldenFrame(file=f"{number}.jpg", sights=sights(found, source.package.card)), packed))
    frames = _surest([frame for frame, _ in taken])
    kept = tuple((frame.file, packed) for frame, packed in taken if frame in frames and frame.file is not None)
    return _recording(source, frames, images=kept)


def record_scenes(source: Model) -> Recording | None:
    """Record from drawn scenes, so that no picture has to be stored; None where the source sees too little in them."""
    frames = [
        GoldenFrame(scene=seed, sights=sights(look(source, scene(seed))[1], source.package.card))
        for seed in range(SCENES)
    ]
    return _recording(source, _surest(frames), images=())


def _surest(frames: Sequence[GoldenFrame]) -> list[GoldenFrame]:
    return sorted(frames, key=_weight, reverse=True)[:_FRAMES]


def _weight(frame: GoldenFrame) -> float:
    return sum(sight.score for sight in frame.sights if sight.score >= SURE)


def _recording(source: Model, frames: list[GoldenFrame], *, images: tuple[tuple[str, bytes], ...]) -> Recording | None:
    if sum(map(_weight, frames)) < ENOUGH:
        return None
    file = source.package.file
    return Recording(Golden(source=file.name, source_sha256=sha256_of(file), frames=tuple(frames)), images)


def _smaller(photo: Image) -> Image:
    share = _SIDE / max(photo.shape[:2])
    if share >= 1:
        return photo
    size = (round(photo.shape[1] * share), round(photo.shape[0] * share))
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
