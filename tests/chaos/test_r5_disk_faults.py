"""R5: the disk is full, read-only or fails at any write: capturing stops and says so, sending goes on, both recover."""

import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest

from askance.edge.store.ballast import BALLAST_BYTES
from chaos import syncs
from chaos.disk import Disk
from chaos.failing import KINDS
from chaos.rehearsal import Harm, Rehearsal, rehearsing
from chaos.site import OPEN_GATE, Site
from chaos.stocktaking import Told
from chaos.tracer import WRITING, Point, Traced, choose
from chaos.verdict import Verdict
from support_broker import Mosquitto
from support_camera import HttpCamera
from support_polling import until

POINTS: Final = 100
THEN_KILLED: Final = 24
ERRORS: Final = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
LONGEST_WHILE: Final = 40
LAST_WORDS: Final = 8
BACKLOG: Final = 30
FPS: Final = 20
PATIENCE_S: Final = 90.0
PROMISED: Final = "promised without "
AGAIN: Final = "synced again what had failed: "
KEPT: Final = re.compile(r"kept (\w+)")
AT_A_POINT: Final = "ENOSPC, EIO, EROFS and EDQUOT at each writing system call of a store"

Found = Callable[[Verdict], None]


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    with rehearsing() as days:
        yield days


def inject(point: Point, *, error: str, until_number: int | None = None) -> tuple[str, ...]:
    """The options for a trace of promises in which calls from a point on are answered with an error."""
    when = f"{point.number}" if until_number is None else f"{point.number}..{until_number}"
    calls = ",".join((*WRITING, "sendto"))
    return (*syncs.OPTIONS, "-e", f"trace={calls}", "-e", f"inject={point.call}:error={error}:when={when}")


def broken(rehearsal: Rehearsal, lived: Traced) -> set[str]:
    """Hold what a day promised against what it had synced; what the day itself ruins on its way is not looked at."""
    _, wrong = syncs.judge(lived.calls, rehearsal.store.parent, promised=KEPT)
    return {one for one in wrong if one.startswith((PROMISED, AGAIN))}


def missed(lived: Traced) -> list[str]:
    """Say that no call was answered with an error."""
    return [] if any(line.endswith("(INJECTED)") for line in lived.calls) else ["nothing was injected"]


def some_time(point: Point, points: Sequence[Point], *, random: Random) -> int:
    """How long calls fail from a point on: not to the day's end, for what the centre said last has to be noted."""
    latest = max(one.number for one in points if one.call == point.call) - LAST_WORDS
    return max(point.number, min(latest, point.number + random.randrange(LONGEST_WHILE)))


@pytest.mark.timeout(600)
def test_an_error_at_any_write_costs_no_promised_frame(rehearsal: Rehearsal, random: Random, found: Found) -> None:
    lost, stuck, wrong = 0, 0, list[str]()
    noticed = 0
    chosen = choose(rehearsal.points, POINTS, random=random)
    for point in chosen:
        error = random.choice(ERRORS)
        last = random.choice([None, some_time(point, rehearsal.points, random=random)])
        lived = rehearsal.live(*inject(point, error=error, until_number=last))
        told, stock = Told.by(lived.lines), rehearsal.stock(lived)
        lost += stock.lost
        stuck += told.pending or 0
        noticed += bool(told.failed)
        end = [] if told.pending is not None else ["the day did not come to its end"]
        what = f"{point.call} {point.number} to {last}: {error}"
        wrong += [f"{what}: {one}" for one in (*stock.wrong, *broken(rehearsal, lived), *missed(lived), *end)]
    told_of = {"errors at which capturing stopped": noticed}
    found(Verdict("R5", AT_A_POINT, len(chosen), lost=lost, stuck=stuck, wrong=tuple(wrong), amounts=told_of))


@pytest.mark.timeout(600)
def test_a_kill_after_an_error_brings_nothing_back_that_had_failed(
    rehearsal: Rehearsal, random: Random, found: Found
) -> None:
    """SQLite's log holds the commit whose sync has failed; who starts again must not find it."""

    def fall(line: str) -> None:
        if line.startswith("failed"):
            os.kill(os.getpid(), signal.SIGKILL)

    points = [point for point in rehearsal.points if point.call in {"fdatasync", "fsync"}]
    lost, wrong, killed = 0, list[str](), 0
    for point in random.sample(points, THEN_KILLED):
        lived = rehearsal.live(*inject(point, error="EIO", until_number=point.number + 2), hear=fall)
        stock = rehearsal.stock(lived)
        killed += lived.killed
        lost += stock.lost
        wrong += [f"{point}: {what}" for what in (*stock.wrong, *missed(lived))]
    found(Verdict("R5", "kill -9 after an error", killed, lost=lost, wrong=tuple(wrong)))


def swallows(_folder: Path) -> None:
    """Take no notice of a sync that fails."""
    sync = os.fsync

    def swallowing(descriptor: int) -> None:
        with suppress(OSError):
            sync(descriptor)

    pytest.MonkeyPatch().setattr(os, "fsync", swallowing)


def syncs_again(_folder: Path) -> None:
    """Sync again when a sync fails, on the same descriptor: the second one finds nothing to do, and says so."""
    sync = os.fsync

    def stubborn(descriptor: int) -> None:
        try:
            sync(descriptor)
        except OSError:
            sync(descriptor)

    pytest.MonkeyPatch().setattr(os, "fsync", stubborn)


@pytest.mark.parametrize(
    ("harm", "named", "fault"),
    [
        pytest.param(swallows, "a failed fsync that nobody looks at", PROMISED, id="swallowed"),
        pytest.param(syncs_again, "a failed fsync that is done again", AGAIN, id="again"),
    ],
)
def test_a_store_that_believes_a_failed_sync_is_noticed(
    rehearsal: Rehearsal, found: Found, *, harm: Harm, named: str, fault: str
) -> None:
    points = [point for point in rehearsal.points if point.call == "fsync"]
    seen = [
        broken(rehearsal, rehearsal.live(*inject(point, error="EIO"), harm=harm))
        for point in points[len(points) // 4 :][:6]
    ]
    caught = any(one.startswith(fault) for wrong in seen for one in wrong)
    found(Verdict("R5", AT_A_POINT, len(seen), controls={named: caught}))


def test_a_frame_that_the_disk_does_not_give_back_holds_up_no_other(rehearsal: Rehearsal, found: Found) -> None:
    whole = Told.by(rehearsal.live("-e", "trace=none").lines)
    frame_id = list(whole.kept)[4]
    file = rehearsal.store / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"
    lived = rehearsal.live("-P", str(file), "-e", "trace=openat", "-e", "inject=openat:error=EIO")
    told, stock = Told.by(lived.lines), rehearsal.stock(lived)
    wrong = [*stock.wrong, *missed(lived)]
    if frame_id in told.delivered:
        wrong.append("the file was read")
    if told.pending != 0 or not file.is_file():
        wrong.append(f"pending: {told.pending}; the file is there: {file.is_file()}")
    found(Verdict("R5", "a file that cannot be read", 1, lost=stock.lost, stuck=told.pending or 0, wrong=tuple(wrong)))


@pytest.fixture
def site(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """A real agent with a live camera and a disk of its own."""
    if os.geteuid() != 0:
        pytest.skip("a disk of its own needs root to mount it")
    mosquitto.start()
    with Disk(tmp_path, mib=48) as disk, HttpCamera(fps=FPS) as camera:
        store = {"path": str(disk.path / "store"), "min_free": 0, "quota": "24MB"}
        site = Site(
            tmp_path / "site",
            mosquitto.port,
            photos=camera.url,
            sections={
                "gate": {**OPEN_GATE, "contrast": 0.0},
                "store": store,
                "sync": {"ack_timeout": "1s", "reconnect_max": "1s", "status_every": "1s"},
            },
        )
        site.store = disk.path / "store"
        try:
            for program in site.programs:
                program.start()
            yield site, disk.path
        finally:
            site.close()


def troubles(site: Site) -> list[str]:
    """What the agent has said of its store, the last word last."""
    return re.findall(r"(?:store|receipts): (.*)", site.agent.log)


def endure(site: Site, disk: Path, *, kind: str) -> list[str]:
    """Let a backlog grow, break the disk, and let the centre come back; returns what went wrong."""
    site.centres[0].kill()
    wrong = [] if until(lambda: site.account().pending >= BACKLOG, within_s=PATIENCE_S) else ["captures nothing"]
    said = len(troubles(site))
    with KINDS[kind](site.agent, disk) as again:
        if not until(lambda: (again(), len(troubles(site)) > said)[1], within_s=PATIENCE_S):
            wrong.append("does not say that the disk fails")
        site.centres[0].start()

        def arrived() -> bool:
            again()
            account = site.account()
            return account.arrived >= account.captured

        if not until(arrived, within_s=PATIENCE_S):
            wrong.append(f"does not send while the disk fails: {site.account()}")
    before = site.account().captured
    if not until(lambda: site.account().captured > before and troubles(site)[-1] == "well again", within_s=PATIENCE_S):
        wrong.append(f"does not recover: {troubles(site)[-1:]}")
    if not until((site.store / "ballast").exists, within_s=PATIENCE_S):
        wrong.append("has no ballast any more")
    elif (site.store / "ballast").stat().st_size != BALLAST_BYTES:
        wrong.append("has half a ballast")
    return [f"{kind}: {one}" for one in wrong]


@pytest.mark.timeout(600)
def test_a_real_agent_sends_while_its_disk_fails_and_captures_again_when_it_does_not(
    site: tuple[Site, Path], found: Found
) -> None:
    agent, disk = site
    pid = agent.agent.pid
    wrong = [one for kind in KINDS for one in endure(agent, disk, kind=kind)]
    agent.stop_capturing()
    if not agent.agent.running or agent.agent.pid != pid:
        wrong.append(f"the agent ended: {agent.agent.log[-400:]}")
    account = agent.quiet(within_s=PATIENCE_S)
    found(account.verdict("R5", f"a real agent whose disk is {', '.join(KINDS)}", len(KINDS), wrong=tuple(wrong)))
