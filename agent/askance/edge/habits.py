"""What each camera usually shows at this hour: learnt from what it has shown, and remembered across restarts."""

import json
from collections import Counter
from typing import Final

from askance.edge.detections import Detections
from askance.edge.expectation import HOURS, Expectation, Usual, from_json, learn, to_json
from askance.edge.health import Health
from askance.edge.rules import Policy
from askance.edge.store.habits import HabitBook
from askance.edge.values import Instant
from askance.errors import StoreFullError
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

LOOK_EVERY_NS: Final = 60 * 10**9
NOTE_EVERY_NS: Final = 3600 * 10**9
_HOUR_MS: Final = 3600 * 1000


class Habits:
    """An expectation for each camera; for one thread.

    One that cannot be read is forgotten and counted, and one that cannot be written down is trouble: neither costs a
    frame.

    Args:
        book: where they are written down, every hour of a camera's time line.
        health: takes the counts and the trouble.
    """

    def __init__(self, book: HabitBook, health: Health) -> None:
        self._book = book
        self._health = health
        self._shown: dict[CameraId, Expectation] = {}
        self._learnt_ns: dict[CameraId, int] = {}  # when each camera was last learnt from
        self._unnoted_ns: dict[CameraId, int] = {}  # since when there is something to write down
        for camera, text in book.read().items():
            try:
                self._shown[camera] = from_json(json.loads(text))
            except ValueError:
                health.count("habits.unreadable")

    def usual(self, camera: CameraId, taken: Instant) -> Usual | None:
        """Return what a camera usually shows at the hour of a moment; None where too little of it was seen."""
        hour = _hour(taken)
        return None if hour is None or camera not in self._shown else self._shown[camera].usual(hour)

    def learn(self, camera: CameraId, taken: Instant, *, found: Detections) -> None:
        """Learn from what a camera shows; of frames that lie closer together than ``LOOK_EVERY_NS`` from the first.

        Args:
            camera: which.
            taken: when the frame was taken.
            found: what was seen in it; the reported candidates count.
        """
        hour, now_ns = _hour(taken), taken.monotonic_ns
        if hour is None or now_ns - self._learnt_ns.get(camera, -LOOK_EVERY_NS) < LOOK_EVERY_NS:
            return
        seen = Counter[int](found.label_ids[found.reported].tolist())
        self._shown[camera] = learn(self._shown.get(camera, Expectation()), seen, hour=hour)
        self._learnt_ns[camera] = now_ns
        if now_ns - self._unnoted_ns.setdefault(camera, now_ns) >= NOTE_EVERY_NS:
            self.note()

    def note(self) -> None:
        """Write down what was learnt since this was last done."""
        texts = {camera: json.dumps(to_json(self._shown[camera])) for camera in self._unnoted_ns}
        self._unnoted_ns.clear()  # also when it fails: a full disk is asked again in an hour, not with every look
        if not texts:
            return
        try:
            self._book.note(texts)
        except StoreFullError as error:
            self._health.trouble("habits", str(error))
        else:
            self._health.trouble("habits", None)


def asked(policy: Policy) -> bool:
    """Whether a rule asks how unusual the number of objects is."""
    return any(wish.signal == "unexpected_count" for wish in policy.measures)


def _hour(taken: Instant) -> int | None:
    """Return the hour of the day, UTC, which knows no summer time; None where nobody knows it."""
    if taken.wall_ms is None or taken.clock is ClockQuality.NONE:
        return None
    return taken.wall_ms // _HOUR_MS % HOURS
