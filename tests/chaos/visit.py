"""A round through the ward: every camera is made ill, one after the other, and everything that is wrong noted down."""

import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from chaos.sufferer import BAR_S
from chaos.ward import LOOKED_AT, SECRETS, STEADY, TRIED, WRITTEN, Ward
from support_camera import children

FIRST_S: Final = 60.0
SHARE: Final = 0.5
"""A camera beside a dead one gives at least so much of its frames."""

_PULLED: Final = 18
_LOSSES: Final = 20
_GROWTH: Final = {"descriptors": 8, "threads": 1, "children": 0, "rings": 4, "MB": 12}
"""What the agent may hold more after twenty losses of a camera; a leak would be twenty of each."""


class Visit:
    """What was tried, measured and found on a ward whose steady camera is well, and whose other one is away.

    Attributes:
        trials: how often a camera was made ill.
        wrong: everything that speaks against the agent.
        figures: what was measured.
        losses: of cameras between the two looks at what the agent holds.
        plain: whether the search for secrets finds those of the configurations, and nothing else.
    """

    def __init__(self, ward: Ward) -> None:
        self.trials = 0
        self.losses = 0
        self.plain = False
        self.wrong: list[str] = []
        self.figures: dict[str, float] = {}
        self._ward = ward

    def whole(self) -> None:
        """Start the agent and go through everything; at the end it has stopped."""
        self._ward.agent.start()
        self._ward.centre.start()
        if self._ward.comes(STEADY, within_s=FIRST_S) is None:
            self.wrong.append(f"nothing is kept: {self._ward.agent.log[-1000:]}")
            return
        self.dead_neighbour()
        self.broken_decoders()  # whatever is made once, at the first loss of a camera, is made now
        before, lost = self.held(), self._ward.losses(TRIED, STEADY)
        with ThreadPoolExecutor(1) as beside:
            losing = beside.submit(self.lose)
            self.sick_pictures()
            self.secrets()
            losing.result()
        after = self.held()
        self.losses = self._ward.losses(TRIED, STEADY) - lost
        self.leaks(before, after)
        self._ward.agent.stop()
        self.false_captures()

    def dead_neighbour(self) -> None:
        """See that a camera does not suffer from one that is away, which comes when it can."""
        self._say("away at start", f"camera {TRIED}: .*(nobody listens|cannot be opened)")
        beside_the_dead = self._ward.rate(STEADY, for_s=5.0)
        self._heal("away at start", self._ward.tried.start, TRIED)
        beside_the_living = self._ward.rate(STEADY, for_s=5.0)
        self.figures["frames a second beside a dead camera, less"] = round(beside_the_living - beside_the_dead, 1)
        if beside_the_dead < SHARE * beside_the_living:
            self.wrong.append(f"beside a dead camera: {beside_the_dead:.1f} fps, not {beside_the_living:.1f}")

    def broken_decoders(self) -> None:
        """Kill every decoder, and then stop every one, as a native call does that never returns."""
        for number in (signal.SIGKILL, signal.SIGSTOP):
            lost = {camera: self._ward.losses(camera) for camera in (TRIED, STEADY)}
            for child in children(self._ward.agent.pid):
                os.kill(child, number)
            for camera in (TRIED, STEADY):
                self._heal(f"{number.name} of its decoder", lambda: None, camera)
            self.wrong += [f"{number.name}: {camera} was not lost" for camera in lost if not self._lost(camera, lost)]

    def sick_pictures(self) -> None:
        """Show what is no scene; it has to be said of the right camera, and counted."""
        for scene, says in (("black", "all one colour"), ("snow", "noise"), ("frozen", "stands still")):
            self._ward.tried.tell(f"scene {scene}")
            self._say(scene, f"picture {TRIED}: .*{says}")
            self._heal(scene, lambda: self._ward.tried.tell("scene moving"), TRIED)
        counted = self._ward.status.counters
        self.wrong += [
            f"not counted: {name}" for name in ("gate.flat", "gate.snow", "gate.frozen") if name not in counted
        ]

    def lose(self) -> None:
        """Pull the steady camera's cable, again and again."""
        for _ in range(_PULLED):
            lost = {STEADY: self._ward.losses(STEADY)}
            self._heal("pulled", self._ward.cables[STEADY].pull, STEADY)
            if not self._lost(STEADY, lost):
                self.wrong.append("pulled, and not lost")

    def held(self) -> dict[str, int]:
        """Wait until both cameras have come, and return what the agent holds; nothing else is done meanwhile."""
        for camera in (TRIED, STEADY):
            if self._ward.comes(camera, within_s=BAR_S) is None:
                self.wrong.append(f"{camera}: not there when nothing ails it")
        return self._ward.holds()

    def leaks(self, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Compare what the agent held, when both cameras were well, before it lost them and afterwards."""
        grown = {name: after[name] - before[name] for name in _GROWTH}
        self.figures |= {f"more {name} after the losses": amount for name, amount in grown.items()}
        self.wrong += [
            f"{self.losses} losses leave {grown[name]} more {name}"
            for name, most in _GROWTH.items()
            if grown[name] > most
        ]
        self.wrong += [
            f"{held['children']} decoders for two cameras" for held in (before, after) if held["children"] != 2
        ]
        if self.losses < _LOSSES:
            self.wrong.append(f"only {self.losses} losses")

    def secrets(self) -> None:
        """Fail in all ways that have to do with the address, and look for its secrets wherever one can look."""
        ward = self._ward
        ward.tried.kill()
        self._say("killed", f"camera {TRIED}: .*cannot be opened")
        ward.tried.start(login=("viewer", "an0ther"))
        self._say("another password", f"camera {TRIED}: .*refuses the login")
        ward.cables[TRIED].silent.set()
        ward.cables[TRIED].pull()
        self._say("accepts and says nothing", f"camera {TRIED}: .*no answer in time")
        shown = ward.public()
        self.wrong += [f"{secret!r} in {where}" for where, secret in sorted(told(shown))]
        self.wrong += [
            f"not looked at: {where}" for where, says in LOOKED_AT.items() if says not in shown.get(where, b"")
        ]
        plain = {path.name: path.read_bytes() for path in (ward.config, ward.central_config)}
        self.plain = told({**shown, **plain}) == {(name, secret) for name in WRITTEN for secret in WRITTEN[name]}
        ward.tried.kill()
        ward.tried.start()
        self._heal("another password", ward.cables[TRIED].silent.clear, TRIED)

    def false_captures(self) -> None:
        """Look at every frame that was kept; the agent has stopped."""
        for camera in (TRIED, STEADY):
            if false := self._ward.false(camera):
                self.wrong.append(f"{camera}: {false} frames kept that show nothing that was there")

    def _lost(self, camera: str, before: Mapping[str, int]) -> bool:
        return self._ward.losses(camera) > before[camera]

    def _say(self, what: str, pattern: str) -> None:
        self.trials += 1
        if not self._ward.says(pattern, within_s=FIRST_S):
            self.wrong.append(f"{what}: not said: {self._ward.status.trouble}")

    def _heal(self, what: str, end: Callable[[], object], camera: str) -> None:
        """End what ails a camera, and see that it is back."""
        self.trials += 1
        end()
        came_s = self._ward.comes(camera, within_s=2 * BAR_S)
        key = f"back on the agent after: {what}, s"
        self.figures[key] = max(self.figures.get(key, 0.0), round(came_s or 2 * BAR_S, 1))
        if came_s is None or came_s > BAR_S:
            self.wrong.append(f"{camera}: {what}: not back in time: {came_s}")


def told(shown: Mapping[str, bytes]) -> set[tuple[str, bytes]]:
    """Return which secrets stand where."""
    return {(where, secret) for where, text in shown.items() for secret in SECRETS if secret in text}
