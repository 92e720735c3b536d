"""R9: clocks that jump, stand in 1970 or begin anew: order is by boot and number, nothing ends by the time of day."""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from askance.central.batch import Letter
from askance.central.schema import CATALOG
from askance.edge.store import Store, candidates
from askance.wire.identity import FrameId
from askance.wire.topics import Up
from chaos import clocks
from chaos.account import rows
from chaos.clocks import CASES, NO_TIME_OF_DAY, NOBODY_SET_IT, Life, Told, faked, live
from chaos.site import Site
from chaos.verdict import Verdict
from support_broker import Mosquitto
from support_camera import HttpCamera
from support_central import make_envelope, open_intake, topic
from support_polling import until
from support_programs import COMMAND, Program, askance, write_yaml
from support_store import index_of, open_store

pytestmark = [
    pytest.mark.timeout(500),
    pytest.mark.skipif(clocks.missing() is not None, reason=clocks.missing() or ""),
]

LONGEST_S: Final = 120.0
ENOUGH: Final = 1000
A_SECOND_NS: Final = 10**9
YEAR_S: Final = 365 * 24 * 3600
HALF_AN_HOUR_S: Final = 1800
FPS: Final = 5

Finder = Callable[[Verdict], None]
Order = Callable[[Store], list[FrameId]]


def due(store: Store) -> list[FrameId]:
    """The frames in the order in which they are sent."""
    return [each.frame_id for each in store.due(ENOUGH, exclude=())]


def by_the_wall(store: Store) -> list[FrameId]:
    """The order of a store that believes the time of day, with which a frame's id begins."""
    return sorted(due(store))


def timed(store: Path, case: str, *options: str) -> tuple[list[Told], int]:
    """Have a store live a case; also returns how many nanoseconds that took."""
    begun = time.monotonic_ns()
    return live(store, CASES[case], *options), time.monotonic_ns() - begun


def faults(store: Path, told: Sequence[Told], passed_ns: int, *, order: Order = due) -> list[str]:
    """Say what is wrong with a store after its lives."""
    kept = [frame_id for each in told for frame_id in each.frames]
    rebuilt = any(each.life.index_lost for each in told)
    with open_store(store, boot_id="afterwards") as opened:
        sent = order(opened)
        ledgers = [ledger for ledger in opened.ledgers() if ledger.captured]
        for frame in opened.due(ENOUGH, exclude=()):
            opened.deliver(frame.frame_id, frame.sha256)
    with index_of(store) as index:
        given_up = [each.frame_id for each in candidates.delivered(index)]
    unknown = [
        known
        for each in told
        for (_, known), expected in zip(each.kept, _known(each.life), strict=True)
        if known != expected
    ]
    wrong: dict[str, object] = {
        "two frames have one id": len(set(kept)) != len(kept),
        "not all are there": set(sent) != set(kept),
        "a ledger does not add up": any(ledger.unaccounted or ledger.evicted for ledger in ledgers),
        "frames are counted in another boot": not rebuilt and _counted(ledgers) != _boots(told),
        "sent in another order": _sorted_apart(sent, told) if rebuilt else sent != kept,
        "given up in another order": _sorted_apart(given_up, told) if rebuilt else given_up != kept,
        "a time of day that nobody can know, or none": unknown,
        "the budget clock": list(_budget(told, passed_ns, rebuilt=rebuilt)),
    }
    return [what for what, so in wrong.items() if so]


def _counted(ledgers: Sequence[Any]) -> dict[str, int]:
    return {ledger.boot_id: ledger.captured for ledger in ledgers}


def _boots(told: Sequence[Told]) -> dict[str, int]:
    boots = dict.fromkeys((each.life.boot for each in told), 0)
    for each in told:
        boots[each.life.boot] += len(each.kept)
    return boots


def _known(life: Life) -> Iterator[bool]:
    return (offset not in NO_TIME_OF_DAY for offset in life.offsets for _ in range(clocks.FRAMES))


def _sorted_apart(found: Sequence[FrameId], told: Sequence[Told]) -> bool:
    """Whether the frames of a boot are in another order: which boot came first, files alone do not tell."""
    return any([frame for frame in found if frame in set(each.frames)] != each.frames for each in told)


def _budget(told: Sequence[Told], passed_ns: int, *, rebuilt: bool) -> Iterator[str]:
    """Say where the budget clock stood still, went back, or ran ahead."""
    readings = [reading for each in told for _, reading in each.budget]
    if not rebuilt and readings != sorted(readings):
        yield "went back"
    if readings[-1] - readings[0] > passed_ns + A_SECOND_NS:
        yield "ran ahead"
    for each in told:
        steps = itertools.pairwise(each.budget)
        if any(later[1] - now[1] != later[0] - now[0] for now, later in steps):
            yield "is not the monotonic one's pace"


def test_a_store_keeps_its_order_whatever_the_clocks_say(tmp_path: Path, found: Finder) -> None:
    def run(case: str) -> list[str]:
        store = tmp_path / case.replace(" ", "-")
        return faults(store, *timed(store, case))

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, CASES))
    wrong = [f"{name}: {fault}" for name, result in zip(CASES, results, strict=True) for fault in result]
    found(Verdict("R9", "a store under clocks that jump", len(CASES), wrong=tuple(wrong)))


def test_a_store_that_goes_by_the_time_of_day_is_noticed(tmp_path: Path, found: Finder) -> None:
    told, passed_ns = timed(tmp_path / "order", "ten years back between two runs")
    order = faults(tmp_path / "order", told, passed_ns, order=by_the_wall)
    told, passed_ns = timed(tmp_path / "budget", "ten years forward and back while it runs", "--budgets-by-the-wall")
    budget = faults(tmp_path / "budget", told, passed_ns)

    controls = {
        "a store that sends by the time of day": order == ["sent in another order"],
        "budgets by the time of day": budget == ["the budget clock"],
    }
    found(Verdict("R9", "stores that go by the wall", 2, controls=controls))


def _under(environment: Mapping[str, str], *before: str) -> list[str]:
    return [*before, "env", *(f"{name}={value}" for name, value in environment.items()), *COMMAND]


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Site]:
    """A site with a live camera, whose programs are still to be chosen."""
    mosquitto.start()
    with HttpCamera(fps=FPS) as camera:
        made = Site(tmp_path / "site", mosquitto.port, photos=camera.url)
        yield made
        made.close()


def test_device_and_centre_disagree_by_decades(site: Site, random: Random, found: Finder) -> None:
    """The whole agent and the whole centre, each with a clock of its own that jumps while they run and between."""
    device, centre = site.folder / "device.time", site.folder / "centre.time"
    edge = ["edge", "run", "--config", str(site.edge_yaml)]
    central = ["central", "run", "--config", str(site.central_yaml)]
    later = ["unshare", "--time", "--monotonic", str(90 * clocks.DAY_S), "--fork", "--kill-child", "--"]
    site.agent = Program(site.folder / "edge.log", *edge, command=_under(faked(device, NOBODY_SET_IT)))
    site.centres = [Program(site.folder / "central.log", *central, command=_under(faked(centre)))]
    for program in site.programs:
        program.start()
    seen = {f"{NOBODY_SET_IT} and +0": shows(site, NOBODY_SET_IT, "+0", since_ns=0)}
    offsets, others = ["+10y", "-10y", "+0", NOBODY_SET_IT], ["+10y", "-10y", NOBODY_SET_IT]
    for offset in random.sample(offsets, len(offsets)):
        other = random.choice(others)
        device.write_text(f"{offset}\n")
        centre.write_text(f"{other}\n")
        site.centres[0].restart()
        seen[f"{offset} and {other}"] = shows(site, offset, other, since_ns=time.monotonic_ns())
    site.agent.kill()
    centre.write_text("+10y\n")
    site.agent = Program(site.folder / "edge.log", *edge, command=_under(faked(device, "-20y"), *later))
    site.agent.start()
    ahead_ns = time.monotonic_ns() + 90 * clocks.DAY_S * A_SECOND_NS
    seen["-20y and a monotonic clock that is ahead"] = shows(site, "-20y", "+10y", since_ns=ahead_ns)
    site.stop_capturing()
    wrong = [f"no frame of device and centre at {clock}" for clock, so in seen.items() if not so]
    found(_judged("device and centre decades apart", site, sum(seen.values()), wrong=wrong))


def shows(site: Site, device: str, centre: str, *, since_ns: int) -> bool:
    """Wait until a frame has arrived that is of these wall clocks, captured at that monotonic moment or later."""
    taken = f"SELECT wall_ms, received_at FROM captures WHERE monotonic_ns >= {since_ns}"  # noqa: S608 (a number)

    def arrived() -> bool:
        return any(
            _is_of(device, None if wall_ms is None else wall_ms / 1000) and _is_of(centre, received_s)
            for wall_ms, received_s in rows(site.catalog / CATALOG, taken)
        )

    return until(arrived, within_s=LONGEST_S)


def _is_of(offset: str, seconds: float | None) -> bool:
    """Whether a time of day is that of a clock which is so far off; a device's that nobody can have set is none."""
    if seconds is None:
        return offset in NO_TIME_OF_DAY
    return abs(seconds - time.time() - int(offset.rstrip("y")) * YEAR_S) < YEAR_S


def test_a_lease_ends_whatever_the_centre_s_clock_does(tmp_path: Path, found: Finder) -> None:
    """Claims are made before the clock is set back ten years, then, half an hour later, and twenty years later."""
    folder = tmp_path / "centre"
    letters = [Letter(topic(Up.FRAME), make_envelope(number, value=value)) for number, value in ((1, 0.9), (2, 0.5))]
    open_intake(folder).take(letters)
    config = write_yaml(tmp_path / "central.yaml", {"storage": {"path": str(folder)}, "queue": {"lease": "30min"}})
    clock = tmp_path / "centre.time"
    claimed: list[int] = []
    tokens: list[str] = []
    for seconds in (0, -10 * YEAR_S, -10 * YEAR_S + HALF_AN_HOUR_S + 60, 10 * YEAR_S):
        given = ["queue", "claim", "--labeler", "ana", "--json", "--config", str(config)]
        done = askance(*given, env=faked(clock, f"{seconds:+}"))
        claimed.append(json.loads(done.stdout)["task"]["task"] if done.returncode == 0 else 0)
        tokens += [json.loads(done.stdout)["token"]] if done.returncode == 0 else []
    late = askance("queue", "submit", tokens[1], "--accept", "--config", str(config), env=faked(clock, "+10y"))
    looked = askance("central", "status", "--config", str(config), env=faked(clock, NOBODY_SET_IT))

    wrong = {
        f"claimed one after the other: {claimed}": claimed != [1, 2, 1, 1],
        "an answer twenty years late is taken": late.returncode == 0 or "lease" not in late.stderr,
        "the status in 1970": looked.returncode != 0,
    }
    faulty = tuple(what for what, so in wrong.items() if so)
    found(Verdict("R9", "leases while the centre's clock jumps", 4, stuck=claimed[2:].count(0), wrong=faulty))


def _judged(title: str, site: Site, trials: int, *, wrong: Sequence[str]) -> Verdict:
    """Wait for quiet; also looks whether, in the catalog, later numbers of a boot are of later moments."""
    account = site.quiet(within_s=LONGEST_S)
    backwards = rows(
        site.catalog / CATALOG,
        "SELECT 1 FROM captures AS a JOIN captures AS b ON a.boot_id = b.boot_id AND a.seq < b.seq"
        " WHERE a.monotonic_ns > b.monotonic_ns",
    )
    doubled = rows(site.catalog / CATALOG, "SELECT 1 FROM captures GROUP BY boot_id, seq HAVING count(*) > 1")
    faulty = {"moments against numbers": backwards, "two frames of one number": doubled}
    return account.verdict("R9", title, trials, wrong=(*wrong, *(what for what, so in faulty.items() if so)))
