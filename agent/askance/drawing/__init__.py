"""Annotations drawn over their image as SVG, and pages that need nothing but themselves."""

from askance.drawing.page import POLICY, Picture, page
from askance.drawing.picture import Look, draw
from askance.drawing.style import DRAWING
from askance.drawing.words import describe, words

__all__ = ["DRAWING", "POLICY", "Look", "Picture", "describe", "draw", "page", "words"]
