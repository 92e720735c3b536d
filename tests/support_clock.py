"""A clock that goes by hand."""


class Clock:
    """Seconds, moved by adding to ``now``."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
