"""Whoever wants to know nothing is told all the same."""

from askance.edge.decided import Around, Decided, Observer, Unobserved
from askance.edge.values import Drop
from askance.wire.identity import CameraId, FrameId


def test_it_lets_everything_be() -> None:
    observer: Observer = Unobserved()
    ended = Drop("gate.still")

    observer.end(ended)
    observer.surround(FrameId("one"), Around(FrameId("two"), 3, frozenset()))
    observer.note(Decided(CameraId("gate"), 0, 0, 0, (), frozenset(), ended))

    assert not vars(observer)
