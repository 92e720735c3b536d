"""Cameras, recordings and image folders as an iteration of frames, decoded in a child process that may be killed."""

from askance.edge.source.main_stream import MainStream
from askance.edge.source.opening import Source, open_main_stream, open_source

__all__ = ["MainStream", "Source", "open_main_stream", "open_source"]
