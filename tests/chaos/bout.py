"""A site in the hands of one broker: frames are given to its device, and told is what became of each."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from askance.edge.store.schema import INDEX_NAME
from askance.edge.sync import Sync
from chaos.account import rows
from chaos.bearer import SIZES, Bearer
from chaos.site import Site
from chaos.verdict import Verdict
from support_polling import until
from support_programs import write_yaml

SYNC: Final = {"ack_timeout": "1s", "ack_timeout_max": "8s", "reconnect_max": "1s", "status_every": "2s"}
ARRIVE_S: Final = 240.0
SPEAK_S: Final = 120.0
SELDOM_S: Final = 0.25  # the device runs in this process: who counts often slows it
CUT_AT: Final = (5, 60)  # messages after which a broker is killed while the frames of ``SIZES`` are on the way


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the frames of one bout, and what else was wrong."""

    name: str
    lost: int
    duplicated: int
    stuck: int
    wrong: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything at all was wrong; a control has to."""
        return bool(self.lost or self.duplicated or self.stuck or self.wrong)


@dataclass(slots=True)
class Bout:
    """A device that carries, and a centre that receives.

    Attributes:
        name: of the case.
        site: with its centre running.
        device: running.
        random: chance of this bout alone.
        given: frames that the device was given.
        wrong: what was seen to be wrong.
    """

    name: str
    site: Site
    device: Bearer
    random: Random
    given: int = 0
    wrong: list[str] = field(default_factory=list[str])

    def give(self, sizes: Iterable[int] = SIZES) -> None:
        """Have the device capture frames of these sizes, in an order of chance."""
        chosen = list(sizes)
        self.random.shuffle(chosen)
        self.device.take(chosen, self.random)
        self.given += len(chosen)

    def arrives(self, *, within_s: float = ARRIVE_S) -> None:
        """Have it note that not every frame is at the centre, or that something is under way, after the time."""
        if not until(lambda: self._left() == 0, within_s=within_s, every_s=SELDOM_S):
            self.wrong.append(f"{self.name}: {self._left()} not there after {within_s:.0f} s")

    def does(self, what: str, times: int, *, within_s: float = SPEAK_S) -> None:
        """Have it note that the device does not do so often within the time what it counts by this name."""
        if not until(lambda: self.device.counts[what] >= times, within_s=within_s):
            self.wrong.append(f"{self.name}: {what} is {self.device.counts[what]}, not {times}")

    def says(self, *words: str, within_s: float = SPEAK_S) -> None:
        """Have it note that the device does not say all these words within the time."""
        if not until(lambda: all(word in self.device.said for word in words), within_s=within_s):
            missing = [word for word in words if word not in self.device.said]
            self.wrong.append(f"{self.name}: does not say {missing}, but {self.device.said!r}")

    def complains(self, part: str, *, within_s: float = SPEAK_S) -> None:
        """Have it note that the device does not say within the time that something is wrong with a part just then."""
        if not until(lambda: part in self.device.health.vitals().trouble, within_s=within_s):
            self.wrong.append(f"{self.name}: says nothing of its {part}")

    def recovers(self, *, within_s: float = ARRIVE_S) -> None:
        """Have it note that the device does not say in the end that all is well."""
        if not until(lambda: self.device.well, within_s=within_s):
            self.wrong.append(f"{self.name}: still complains: {dict(self.device.health.vitals().trouble)}")

    def outcome(self) -> Outcome:
        """Count what became of the frames, as they are now; one that was set aside is stuck, too."""
        account = self.site.account()
        if account.captured != self.given or account.unbalanced:
            self.wrong.append(f"{self.name}: the ledger does not add up: {account}")
        stuck = max(self.given - account.arrived - account.lost, account.stuck)
        return Outcome(self.name, account.lost, account.duplicated, stuck, tuple(self.wrong))

    def _left(self) -> int:
        """Count what is under way or not there yet; ``account`` reads every file, which takes longer."""
        pending = rows(self.site.store / INDEX_NAME, "SELECT 1 FROM captures WHERE state = 'pending'")
        catalog = self.site.catalog / "catalog.db"
        arrived, staged = rows(catalog, "SELECT 1 FROM captures"), rows(catalog, "SELECT 1 FROM staging")
        return len(pending) + len(staged) + abs(self.given - len(arrived))


@contextmanager
def bout(
    name: str,
    folder: Path,
    random: Random,
    *,
    device: Mapping[str, Any],
    centre: Mapping[str, Any] | None = None,
    sync: Mapping[str, Any] | None = None,
    older: bool = False,
    mutate: Callable[[Sync], Sync] = lambda sync: sync,
) -> Generator[Bout]:
    """Let a device carry over a broker for the length of a block.

    Args:
        name: of the case.
        folder: for the site.
        random: chance of this bout alone.
        device: its section ``broker``.
        centre: the centre's; None: the same as the device's.
        sync: keys of the device's section, over ``SYNC``.
        older: the device speaks MQTT 3.1.1 alone.
        mutate: what is done to its sync machine.
    """
    site = site_on(folder, device, centre or device, sync=sync)
    try:
        site.centres[0].start()
        with Bearer(site, older=older, mutate=mutate) as bearer:
            yield Bout(name, site, bearer, random)
    finally:
        site.close()


def site_on(
    folder: Path,
    device: Mapping[str, Any],
    centre: Mapping[str, Any],
    *,
    sync: Mapping[str, Any] | None = None,
    photos: str = "nowhere",
) -> Site:
    """Build a site whose device and centre log in as their sections say."""
    sections = {"broker": dict(device), "sync": {**SYNC, **(sync or {})}}
    site = Site(folder, device["port"], photos=photos, sections=sections)
    write_yaml(site.central_yaml, {"storage": {"path": str(site.catalog)}, "broker": dict(centre)})
    return site


def verdict(title: str, outcomes: Iterable[Outcome], *, controls: Mapping[str, bool] | None = None) -> Verdict:
    """Add bouts up: each is a trial."""
    found = list(outcomes)
    where = [f"{one.name}: lost {one.lost}, doubled {one.duplicated}, stuck {one.stuck}" for one in found if one.failed]
    return Verdict(
        "R7",
        title,
        len(found),
        lost=sum(one.lost for one in found),
        duplicated=sum(one.duplicated for one in found),
        stuck=sum(one.stuck for one in found),
        wrong=(*where, *(word for one in found for word in one.wrong)),
        controls=controls or {},
    )
