"""A ``World`` whose device goes dark between any two things that it does, not only between two events."""

from askance.edge.sync import Command, Event
from support_faults import happens
from support_world import World


class _PowerCut(Exception):  # noqa: N818 (it is nobody's error)
    """The device goes dark before it carries out a command."""


class Dark(World):
    """The same, with the fault ``cut``."""

    def _drive(self, event: Event) -> None:
        try:
            super()._drive(event)
        except _PowerCut:
            self._device_restart()

    def _carry_out(self, command: Command) -> Event | None:
        if happens(self._setup.at(self.now).cut, self._random):
            raise _PowerCut
        return super()._carry_out(command)
