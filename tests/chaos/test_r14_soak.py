"""R14: a live camera, every frame kept, sent, received and evicted for a while: nothing grows."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from growth import Growth, Reading, judge

from askance.central.blobs import _WRITERS
from chaos import mutants
from chaos.account import Account
from chaos.site import Site
from chaos.verdict import Verdict
from support_broker import Mosquitto
from support_camera import HttpCamera
from support_polling import until
from support_programs import Program

QUOTA: Final = 2_000_000  # reached within the warm-up: from then on each frame takes the place of another
WARM_S: Final = 12.0
LONG_S: Final = 30.0
SHORT_S: Final = 10.0
EVERY_S: Final = 1.0
# above the first warm reading: a tenth of the memory; the pipes of a child; the centre's writers, who end with a batch
ALLOWED: Final = {"descriptors": 3.0 + _WRITERS, "threads": 1.0 + _WRITERS}
SHARE: Final = 0.1
WAL_BYTES: Final = 4 * 2**20 + 2**16  # `journal_size_limit`, and what one commit adds


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    """A camera that shows another picture 15 times a second."""
    with HttpCamera(fps=15) as opened:
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
    time.sleep(WARM_S)  # not a wait for anything: the soak is as long as it is

    series, wal = watch(site, {"agent": site.agent, "centre": site.centres[0]}, for_s=LONG_S)
    site.stop_capturing()  # the rules are read again while it runs
    account = site.quiet()

    grown = [f"{who}: {what}" for who, readings in series.items() for what in growing(readings)]
    found(
        Verdict(
            "R14",
            "a soak at full speed: memory, threads, descriptors, log",
            account.captured,
            lost=account.lost,
            duplicated=account.duplicated,
            stuck=account.stuck,
            wrong=(*grown, *crooked(account), *([f"the log has {wal} bytes"] if wal > WAL_BYTES else [])),
            figures={
                f"{who} grew by %": round(100 * (one.most / one.first - 1), 1)
                for who, one in ((who, memory(readings)) for who, readings in series.items())
            },
        )
    )


def test_a_leak_would_be_seen(site: Site, found: Callable[[Verdict], None]) -> None:
    arguments = (str(mutants.HERE), "keeps-every-frame", "askance", "edge", "run", "--config", str(site.edge_yaml))
    leaking = Program(site.folder / "leaking.log", command=[sys.executable, *arguments])
    leaking.start()
    try:
        assert until(lambda: site.account().captured > 0, within_s=60), leaking.log
        series, _ = watch(site, {"agent": leaking}, for_s=SHORT_S)
    finally:
        leaking.kill()

    caught = any("resident_mb" in what for what in growing(series["agent"]))
    found(Verdict("R14", "", len(series["agent"]), controls={"an agent that keeps every frame in memory": caught}))


def watch(site: Site, programs: Mapping[str, Program], *, for_s: float) -> tuple[dict[str, list[Reading]], int]:
    """Read what programs hold, once a second; also the greatest length of the device's write-ahead log."""
    begun = time.monotonic()
    series: dict[str, list[Reading]] = {who: [] for who in programs}
    longest = 0
    while (passed := time.monotonic() - begun) < for_s:
        for who, readings in series.items():
            readings.append(read(programs[who].pid, passes=len(readings) + 1, seconds=passed))
        wal = site.store / "captures.db-wal"
        longest = max(longest, wal.stat().st_size if wal.exists() else 0)
        time.sleep(EVERY_S)
    return series, longest


def read(pid: int, *, passes: int, seconds: float) -> Reading:
    """Read what a process holds."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    resident_kb, threads = int(status["VmRSS"].split()[0]), int(status["Threads"])
    return Reading(passes, seconds, resident_kb / 1024, threads, len(list(Path(f"/proc/{pid}/fd").iterdir())))


def memory(readings: list[Reading]) -> Growth:
    """Judge the memory alone."""
    return judge(readings, "resident_mb", allowed=SHARE * readings[0].resident_mb)


def growing(readings: list[Reading]) -> list[str]:
    """Say what grew, and how far."""
    judged = {name: judge(readings, name, allowed=allowed) for name, allowed in ALLOWED.items()}
    judged["resident_mb"] = memory(readings)
    return [f"{name} {one.first:.0f} .. {one.most:.0f}" for name, one in judged.items() if not one.flat]


def crooked(account: Account) -> list[str]:
    """Say what does not add up."""
    return [f"{account.unbalanced} ledgers do not balance"] if account.unbalanced else []
