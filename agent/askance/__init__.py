"""Askance: a camera agent that knows what its detector is unsure of, and the labeling queue behind it."""

__version__ = "0.1.0"
