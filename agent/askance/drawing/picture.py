"""All annotations of one image as one SVG drawing to lie over it."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from askance.drawing.captions import Area, place, stack
from askance.drawing.figures import figure
from askance.drawing.words import words
from askance.wire.annotations import Annotation, Box, Keypoints, Mask, Placed, Segment, Tag
from askance.wire.geometry import upright

LINES: Final = 50  # text height: readable in a thumbnail, and not all of the picture
_GOLDEN_ANGLE: Final = 137.508  # neighbouring ids get colours far apart
_BASELINE: Final = 0.95  # of the text height, from the top of its line
_DOTS: Final = 200  # of a keypoint's radius on the diagonal


@dataclass(frozen=True, slots=True)
class Look:
    """How labels are drawn.

    Attributes:
        colours: #rrggbb by label id; a label without gets one of its own.
        joints: by label id, which keypoints are joined.
    """

    colours: Mapping[int, str] = field(default_factory=dict[int, str])
    joints: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict[int, tuple[tuple[int, int], ...]])

    def colour(self, label_id: int) -> str:
        """Return the colour of a label, in CSS."""
        return self.colours.get(label_id, f"hsl({label_id * _GOLDEN_ANGLE % 360:.0f} 90% 58%)")


def draw(
    annotations: Sequence[Annotation],
    size: tuple[int, int],
    *,
    look: Look,
    doubted: Collection[int] = (),
    named: bool = False,
) -> str:
    """Return one ``svg`` element.

    Args:
        annotations: in pixels of the image.
        size: width and height of the image.
        look: colours and skeletons.
        doubted: indices of those that are emphasised; they lie on top.
        named: whether a suggestion that is not doubted has its words in the picture too, not only on its tooltip.
    """
    order = sorted(range(len(annotations)), key=lambda index: _depth(annotations[index], doubted=index in doubted))
    styles = [_style(annotation, look, doubted=index in doubted) for index, annotation in enumerate(annotations)]
    spoken = [index for index in reversed(order) if index in doubted or named or not annotations[index].suggested]
    height = math.hypot(*size) / LINES
    figures = "".join(
        f"<g {styles[index]}><title>{escape(words(annotations[index]))}</title>{drawn}</g>"
        for index in order
        if (drawn := _figure(annotations[index], size=size, look=look))
    )
    texts = "".join(
        f"<g {styles[index]}>{text}</g>"
        for index, text in _texts({index: annotations[index] for index in spoken}, size=size, height=height).items()
    )
    return (
        f'<svg viewBox="0 0 {size[0]} {size[1]}" preserveAspectRatio="none" font-size="{height:.1f}">'
        f"{figures}{texts}</svg>"
    )


def _depth(annotation: Annotation, *, doubted: bool) -> tuple[int, bool, bool]:
    """Sort: what covers much of the image lies below, what is doubted on top."""
    covers = isinstance(annotation, Segment) or (isinstance(annotation, Mask) and annotation.scope == "semantic")
    return (0 if covers else 1), doubted, not annotation.suggested


def _style(annotation: Annotation, look: Look, *, doubted: bool) -> str:
    classes = ("hint" if annotation.suggested else "claim") + (" doubt" if doubted else "")
    return f'class="{classes}" style="--c:{look.colour(annotation.label_id)}"'


def _figure(annotation: Annotation, *, size: tuple[int, int], look: Look) -> str:
    dot = math.hypot(*size) / _DOTS
    return figure(annotation, size=size, dot=dot, joints=look.joints.get(annotation.label_id, ()))


def _texts(spoken: Mapping[int, Annotation], *, size: tuple[int, int], height: float) -> dict[int, str]:
    """Return the words of annotations by index: tags as chips, the others where they hide nothing."""
    tags = {index: words(one) for index, one in spoken.items() if isinstance(one, Tag)}
    chips = stack(list(tags.values()), height=height)
    texts = {index: _chip(area, text, height=height) for (index, text), area in zip(tags.items(), chips, strict=True)}
    wanted = {index: (_around(one), words(one)) for index, one in spoken.items() if isinstance(one, Placed)}
    points = [point for one in spoken.values() if isinstance(one, Keypoints) for point in one.points]
    dots = [Area(x - height / 4, y - height / 4, height / 2, height / 2) for x, y, _ in points]
    spots = place(list(wanted.values()), size=size, height=height, taken=chips, spared=dots)
    for (index, (_, text)), spot in zip(wanted.items(), spots, strict=True):
        if spot is not None:
            texts[index] = _line(spot.x, spot.y + _BASELINE * height, text=text)
    return texts


def _around(annotation: Placed) -> Area:
    if isinstance(annotation, Box):
        return Area(*upright(annotation))
    return Area(annotation.x, annotation.y, annotation.width, annotation.height)


def _chip(area: Area, text: str, *, height: float) -> str:
    return (
        f'<rect class="chip" x="{area.x:.1f}" y="{area.y:.1f}" width="{area.width:.1f}" height="{area.height:.1f}"'
        f' rx="{height / 2:.1f}"/>{_line(area.x + height / 2, area.y + (_BASELINE + 0.125) * height, text=text)}'
    )


def _line(x: float, y: float, *, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
