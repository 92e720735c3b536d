"""One HTML page that shows images with their annotations; it needs nothing but itself."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from askance.drawing.picture import Look, draw
from askance.drawing.style import PAGE
from askance.wire.annotations import Annotation

POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Picture:
    """One image of a page.

    Attributes:
        title: a line below it.
        jpeg: the image; PNG bytes do as well.
        size: its width and height.
        annotations: in its pixels.
    """

    title: str
    jpeg: bytes
    size: tuple[int, int]
    annotations: tuple[Annotation, ...]


def page(title: str, pictures: Iterable[Picture], *, look: Look) -> Iterator[str]:
    """Yield the page piece by piece, one image in memory at a time; suggestions are dashed."""
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{PAGE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n<main>\n"
    )
    for picture in pictures:
        kind = "png" if picture.jpeg.startswith(b"\x89PNG") else "jpeg"
        drawing = draw(picture.annotations, picture.size, look=look, named=True)
        yield (
            f'<figure><div class="stage"><img alt="{escape(picture.title)}" src="data:image/{kind};base64,'
            f'{base64.b64encode(picture.jpeg).decode()}">{drawing}</div>'
            f"<figcaption>{escape(picture.title)}</figcaption></figure>\n"
        )
    yield "</main>\n</body>\n</html>\n"
