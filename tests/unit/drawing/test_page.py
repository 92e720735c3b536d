"""A page is complete in itself."""

import base64
import re

import cv2
import numpy as np
from pydantic import TypeAdapter

from askance.codecs.jpeg import encode
from askance.drawing import Look, Picture, page
from askance.wire.annotations import Annotation
from support_wire import KINDS

ANNOTATION = TypeAdapter[Annotation](Annotation)
PIXELS = np.full((8, 16, 3), 90, np.uint8)


def picture(title: str, data: bytes) -> Picture:
    return Picture(title, data, (16, 8), tuple(ANNOTATION.validate_python(kind) for kind in KINDS.values()))


def test_a_page_shows_each_image_with_its_drawing_and_title() -> None:
    jpeg, png = encode(PIXELS, 90), cv2.imencode(".png", PIXELS)[1].tobytes()

    html = "".join(page("before & after", [picture("<one>", jpeg), picture("two", png)], look=Look()))

    assert f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" in html
    assert f"data:image/png;base64,{base64.b64encode(png).decode()}" in html
    assert (2, 2) == (html.count("<svg "), html.count("<figure>"))
    assert "<title>before &amp; after</title>" in html
    assert "<figcaption>&lt;one&gt;</figcaption>" in html


def test_a_page_needs_nothing_but_itself() -> None:
    html = "".join(page("one", [picture("one", encode(PIXELS, 90))], look=Look()))

    assert re.search(r"https?:|url\(|@import|<script|<link", html) is None
