"""R14: a live camera, every frame kept, sent, received and evicted for a while: nothing grows."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from growth import Growth, Reading, judge

from askance.central.blobs import _WRITERS
from askance.central.schema import CATALOG
from askance.edge.store.schema import INDEX_NAME
from chaos import mutants
from chaos.account import rows
from chaos.site import Site
from chaos.verdict import Verdict
from support_broker import Mosquitto
from support_camera import HttpCamera
from support_polling import until
from support_process import megabytes, process_status
from support_programs import Program

FPS: Final = 20.0
QUOTA: Final = 1_000_000  # bytes: soon full, and from then on each frame takes the place of another
LONG_S: Final = 60 * float(os.environ.get("ASKANCE_CHAOS_MINUTES", "0.5"))
WARM_S: Final = 120.0
LEAST: Final = 150
FEW: Final = 50
EVERY_S: Final = 0.5
# above the first warm reading: a tenth of the memory; the pipes of a child; the centre's writers, who end with a batch
ALLOWED: Final = {"descriptors": 3.0 + _WRITERS, "threads": 1.0 + _WRITERS}
SHARE: Final = 0.1
FRAME_KB: Final = 10.0  # the centre's page cache takes 3 of each frame until it has its 2 MB
LEAK_KB: Final = 900.0  # the leaking agent's, of each frame
# a thousand pages, of 512 bytes and of 4 KB, then they are written back; what is committed while somebody reads
LOGS: Final = {INDEX_NAME: 10**6, CATALOG: 6 * 10**6}

pytestmark = pytest.mark.timeout(LONG_S + 300)


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    """A camera that shows another picture 20 times a second."""
    with HttpCamera(fps=FPS) as opened:
        opened.size = (640, 480)
        yield opened


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto, camera: HttpCamera) -> Iterator[Site]:
    """A device with little room, and its centre."""
    mosquitto.start()
    store = {"path": str(tmp_path / "site" / "device"), "quota": QUOTA, "min_free": 0}
    opened = Site(tmp_path / "site", mosquitto.port, photos=camera.url, sections={"store": store})
    yield opened
    opened.close()


def test_nothing_grows(site: Site, found: Callable[[Verdict], None]) -> None:
    for program in site.programs:
        program.start()
    assert until(lambda: site.account().arrived > 0, within_s=60), site.agent.log
    over_s = time.monotonic() + LONG_S
    assert warm(site), f"the store is not full: {site.agent.log}"

    series, logs = watch(site, {"agent": site.agent, "centre": site.centres[0]}, until_s=over_s, least=LEAST)
    site.stop_capturing()  # the rules are read again while it runs
    account = site.quiet()

    grown = [f"{who}: {what}" for who, readings in series.items() for what in growing(readings)]
    grown += [f"{name}-wal has {size} bytes" for name, size in logs.items() if not 0 < size <= LOGS[name]]
    figures = {f"{name}-wal, MB": round(size / 1e6, 2) for name, size in logs.items()}
    for who, readings in series.items():
        one = memory(readings)
        figures[f"{who} grew by %"] = round(100 * (one.most / one.first - 1), 1)
        figures[f"{who}: more KB a frame"] = round(frame_kb(one), 1)
    title = "a soak at full speed: memory, threads, descriptors, logs"
    amounts = {"frames of the soak": series["agent"][-1].passes}
    found(account.verdict("R14", title, account.captured, wrong=tuple(grown), figures=figures, amounts=amounts))


def test_a_leak_would_be_seen(site: Site, found: Callable[[Verdict], None]) -> None:
    arguments = (str(mutants.HERE), "keeps-every-frame", "askance", "edge", "run", "--config", str(site.edge_yaml))
    leaking = Program(site.folder / "leaking.log", command=[sys.executable, *arguments])
    leaking.start()
    try:
        assert warm(site), f"the store is not full: {leaking.log}"
        series, _ = watch(site, {"agent": leaking}, until_s=0, least=FEW)
    finally:
        leaking.kill()

    readings = series["agent"]
    more_kb = frame_kb(memory(readings))
    caught = f"{more_kb:.0f} KB a frame" in growing(readings) and more_kb >= LEAK_KB / 2
    controls = {"an agent that keeps every frame in memory": caught}
    found(
        Verdict("R14", "", readings[-1].passes, controls=controls, figures={"leaking agent: more KB a frame": more_kb})
    )


def warm(site: Site) -> bool:
    """Wait until the store is full and frames make room for others: every buffer was needed once."""
    return until(lambda: captured(site) > held(site), within_s=WARM_S)


def captured(site: Site) -> int:
    """Return how many frames the device has captured so far."""
    return sum(count for (count,) in rows(site.store / INDEX_NAME, "SELECT captured FROM boots"))


def held(site: Site) -> int:
    """Return how many frames the device holds."""
    return sum(count for (count,) in rows(site.store / INDEX_NAME, "SELECT count(*) FROM captures"))


def watch(
    site: Site, programs: Mapping[str, Program], *, until_s: float, least: int
) -> tuple[dict[str, list[Reading]], dict[str, int]]:
    """Read what programs hold, twice a second, by the frames captured meanwhile; also the greatest length of each log.

    Args:
        site: whose frames are counted.
        programs: by name.
        until_s: when it is over, by the monotonic clock.
        least: it is over no earlier than after so many frames.
    """
    begun_s, before = time.monotonic(), captured(site)
    series: dict[str, list[Reading]] = {who: [] for who in programs}
    logs = dict.fromkeys(LOGS, 0)
    frames = 0
    while frames < least or time.monotonic() < until_s:
        assert time.monotonic() < max(begun_s, until_s) + WARM_S, f"only {frames} frames"
        time.sleep(EVERY_S)
        frames = captured(site) - before
        for who, readings in series.items():
            readings.append(read(programs[who].pid, passes=frames, seconds=time.monotonic() - begun_s))
        for name, folder in ((INDEX_NAME, site.store), (CATALOG, site.catalog)):
            log = folder / f"{name}-wal"
            logs[name] = max(logs[name], log.stat().st_size if log.exists() else 0)
    return series, logs


def read(pid: int, *, passes: int, seconds: float) -> Reading:
    """Read what a process holds."""
    threads, descriptors = int(process_status(pid)["Threads"]), len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Reading(passes, seconds, megabytes(pid, "VmRSS"), threads, descriptors)


def memory(readings: list[Reading]) -> Growth:
    """Judge the memory alone."""
    return judge(readings, "resident_mb", allowed=SHARE * readings[0].resident_mb)


def frame_kb(grown: Growth) -> float:
    """Return by how much memory grew with each frame."""
    return grown.slope * 1024 / 1e6


def growing(readings: list[Reading]) -> list[str]:
    """Say what grew, and how far."""
    judged = {name: judge(readings, name, allowed=allowed) for name, allowed in ALLOWED.items()}
    judged["resident_mb"] = memory(readings)
    told = [f"{name} {one.first:.0f} .. {one.most:.0f}" for name, one in judged.items() if not one.flat]
    more_kb = frame_kb(judged["resident_mb"])
    return [*told, *([f"{more_kb:.0f} KB a frame"] if more_kb > FRAME_KB else [])]
