"""Models that look at each frame once, however many pipelines ask."""

from askance.edge.detect.panel import Look, Panel, Seen
from askance.edge.values import Frame


class SharedPanel(Panel):
    """A panel for pipelines in step: all of them begin a frame before the next one, and finish it likewise.

    Args:
        panel: looks; nobody else may ask it.
    """

    def __init__(self, panel: Panel) -> None:
        vars(self).update(vars(panel))
        self._begun: Look | None = None
        self._finished: tuple[Look, Seen] | None = None

    def begin(self, frame: Frame) -> Look:
        """As ``Panel`` does, once for a frame."""
        if self._begun is None or self._begun.frame is not frame:
            self._begun = super().begin(frame)
        return self._begun

    def finish(self, look: Look) -> Seen:
        """As ``Panel`` does, once for a frame."""
        if self._finished is None or self._finished[0] is not look:
            self._finished = (look, super().finish(look))
        return self._finished[1]
