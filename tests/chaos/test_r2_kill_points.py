"""R2: the device is killed at every system call with which it writes, and every frame it had promised is there."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from askance.edge.store.envelopes import Envelopes
from askance.edge.store.index import Index
from askance.wire.identity import FrameId
from chaos.rehearsal import Harm, Rehearsal, kill_at, rehearsing
from chaos.site import Site, take_photos
from chaos.stocktaking import UNHARMED
from chaos.tracer import Point, choose, find_strace, traced
from chaos.verdict import Verdict
from support_broker import Mosquitto
from support_polling import until
from support_programs import askance, refused

POINTS: Final = 120
CLOSE: Final = 20
AGENT_KILLS: Final = 6
HINTS: Final = ["systemctl stop askance-edge", "store.path"]
AT_A_POINT: Final = "kill -9 at each writing system call of a store"
PHOTOS: Final = 24
LATEST: Final = {"pwrite64": 150, "fdatasync": 12, "fsync": 12, "rename": 6, "mkdir": 6, "unlink": 2}
"""Calls with which the agent changes its disk and nothing else, and how often it does in the first seconds."""

Found = Callable[[Verdict], None]


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    with rehearsing() as days:
        yield days


@pytest.mark.timeout(600)
def test_a_store_killed_at_any_write_keeps_what_it_promised(rehearsal: Rehearsal, random: Random, found: Found) -> None:
    lost, wrong = rehearsal.whole.lost, list(rehearsal.whole.wrong)
    chosen = choose(rehearsal.points, POINTS, random=random)
    for point in chosen:
        killed = rehearsal.live(*kill_at(point))
        stock = rehearsal.stock(killed)
        lost += stock.lost
        wrong += [f"{point}: {what}" for what in stock.wrong]
        if not killed.killed:
            wrong.append(f"{point}: was not reached")
    places = {"places": len(rehearsal.points)}
    found(Verdict("R2", AT_A_POINT, len(chosen), lost=lost, wrong=tuple(wrong), figures=places))


def promises_early(_folder: Path) -> None:
    """Write a frame after its promise: nothing is on the disk when ``keep`` returns."""
    waiting: list[tuple[FrameId, bytes]] = []
    write = Envelopes.write

    def later(self: Envelopes, frame_id: FrameId, envelope: bytes) -> None:
        for earlier in waiting:
            write(self, *earlier)
        waiting[:] = [(frame_id, envelope)]

    pytest.MonkeyPatch().setattr(Envelopes, "write", later)


def unlinks_first(folder: Path) -> None:
    """Unlink the files of frames before their rows say so."""
    condemn = Index.condemn

    def hastily(self: Index, frame_ids: Collection[FrameId], event: Any, *, reason: str) -> Any:  # noqa: ANN401 (handed on)
        for frame_id in frame_ids:
            (folder / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf").unlink(missing_ok=True)
        return condemn(self, frame_ids, event, reason=reason)

    pytest.MonkeyPatch().setattr(Index, "condemn", hastily)


def before_unlinking(points: Sequence[Point]) -> list[Point]:
    """The writes of the transactions that come before files are unlinked."""
    unlinking = [at for at, point in enumerate(points) if point.call == "unlink"]
    chosen = sorted({near for at in unlinking for near in range(at - CLOSE, at)})
    return [points[at] for at in chosen if points[at].call == "pwrite64"][::5]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("harm", "named"),
    [
        pytest.param(promises_early, "a promise before the file", id="promise"),
        pytest.param(unlinks_first, "a file unlinked before its row says so", id="unlink"),
    ],
)
def test_a_store_that_does_things_in_the_wrong_order_is_noticed(
    rehearsal: Rehearsal, found: Found, *, harm: Harm, named: str
) -> None:
    tried, caught = 0, False
    for point in before_unlinking(rehearsal.points):
        tried += 1
        killed = rehearsal.live(*kill_at(point), harm=harm)
        stock = rehearsal.stock(killed)
        caught = killed.killed and any(what.startswith(UNHARMED) for what in stock.wrong)
        if caught:
            break
    found(Verdict("R2", AT_A_POINT, tried, controls={named: caught}))


@pytest.mark.timeout(300)
def test_an_agent_killed_while_it_writes_brings_every_frame_to_the_centre_once(
    assets: Path, mosquitto: Mosquitto, tmp_path: Path, random: Random, found: Found
) -> None:
    """At the end a second agent comes to its store, is sent away, and harms nothing."""
    find_strace()
    mosquitto.start()
    site = Site(tmp_path / "site", mosquitto.port, photos=take_photos(assets, tmp_path / "photos", count=PHOTOS))
    killed = 0
    try:
        site.centres[0].start()
        for _ in range(AGENT_KILLS):
            call, latest = random.choice(list(LATEST.items()))
            site.agent.start()
            inject = f"inject={call}:signal=SIGKILL:when={random.randint(1, latest)}"
            with traced(site.agent.pid, "-o", "/dev/null", "-e", f"trace={call}", "-e", inject):
                killed += until(lambda: not site.agent.running, within_s=20)
            site.agent.kill()
        site.agent.start()
        first = site.agent.pid
        assert until(lambda: (site.store / "lock").read_text() == f"{first}\n", within_s=60), site.agent.log
        second = askance("edge", "run", "--config", str(site.edge_yaml))
        site.stop_capturing()
        account = site.quiet(within_s=60)
        unharmed = site.agent.running and site.agent.pid == first
    finally:
        site.close()
    wrong = [
        *([] if killed > AGENT_KILLS // 2 else [f"strace killed {killed} of {AGENT_KILLS} agents only"]),
        *([] if account.arrived else ["nothing arrived"]),
        *([] if unharmed else ["a second agent harmed the first one"]),
    ]
    refused(second, code=os.EX_TEMPFAIL, says=[f"another agent holds the store {site.store}: pid {first}"], hints=HINTS)
    found(account.verdict("R2", "kill -9 of a real agent while it writes", killed + 1, wrong=tuple(wrong)))
