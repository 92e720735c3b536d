"""R6: bad networks, end to end, and what they cost on the wire.

Kill rates leave a chance of progress: one fault at a time, 0.3 to 1.2 s of calm between two.
"""

import signal
import statistics
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from random import Random
from typing import Final

import pytest

from chaos import mutants
from chaos.site import DEVICE, Site, take_photos
from chaos.storm import Storm, networked
from chaos.toll import CARRIER, arrived, calm_s, carrying, judge, judge_storm, loses, ratio
from chaos.verdict import Verdict
from chaos.veth import FAR, Veth, missing, veth
from support_broker import Mosquitto, find_mosquitto
from support_polling import until
from support_process import megabytes
from support_programs import COMMAND, Program

pytestmark = pytest.mark.timeout(500)

LONGEST_S: Final = 120.0
WHOLE_AGENT_S: Final = 16.0
CARRIER_S: Final = 30.0
CALM_RATIO: Final = 1.03
STORM_RATIO: Final = 1.3
GROWTH: Final = 1.1
LOSS: Final = 15
PORT: Final = 1883
MUTANT: Final = (sys.executable, str(mutants.HERE))


@pytest.fixture(scope="module", autouse=True)
def slow_site(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Site, Veth, Program] | None]:
    """A device behind 1 Mbit/s that begins to send 5 MB now: it needs no processor while the other parts run."""
    server = find_mosquitto()
    if missing() is not None or server is None:
        yield None
        return
    folder = tmp_path_factory.mktemp("slow")
    (folder / "mosquitto.conf").write_text(f"listener {PORT} 0.0.0.0\nallow_anonymous true\nuser root\nlog_type all\n")
    with veth() as cable:
        broker = Program(folder / "mosquitto.log", "-c", str(folder / "mosquitto.conf"), command=[*cable.far, server])
        device = {"host": FAR, "port": PORT, "keepalive": "5s"}
        patience = {"ack_timeout": "5s", "ack_timeout_max": "10s", "reconnect_max": "1s"}
        site = Site(folder / "site", PORT, photos="nowhere", sections={"broker": device, "sync": patience})
        central = ["central", "run", "--config", str(site.central_yaml)]
        site.centres = [Program(folder / "central.log", *central, command=[*cable.far, *COMMAND])]
        carrying(site, frames=1, smallest=5_000_000, largest=5_000_001, command=(*cable.near, *CARRIER))
        cable.slow("1mbit")
        try:
            for program in (broker, *site.programs):
                program.start()
            yield site, cable, broker
        finally:
            site.close()
            broker.kill()


def test_a_network_without_faults_carries_next_to_nothing_but_frames(
    tmp_path: Path, mosquitto: Mosquitto, random: Random, found: Callable[[Verdict], None]
) -> None:
    """Also when the centre stands still in between: what the broker could not keep would be sent twice."""
    mosquitto.start("max_queued_messages 200")
    with networked(tmp_path / "site", mosquitto, random, patient=True) as network:
        site = network.site
        carrying(site, frames=9, smallest=1_000_000, largest=4_000_000).start()
        assert until(lambda: site.account().captured == 9, within_s=LONGEST_S)
        site.centres[0].start()
        assert until(lambda: site.account().staged > 8, within_s=LONGEST_S)
        site.centres[0].signal(signal.SIGSTOP)
        assert not until(lambda: False, within_s=2.0)
        site.centres[0].signal(signal.SIGCONT)
        there = arrived(site, 9)
        wire = ratio(network)
        wrong = {"not all there": not there, f"bytes on the wire over payload: {wire:.3f}": wire > CALM_RATIO}
        found(judge("no fault", site, trials=1, wrong=wrong, figures={"wire ratio without faults": round(wire, 4)}))


def test_the_whole_agent_in_a_storm(
    tmp_path: Path, mosquitto: Mosquitto, assets: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    mosquitto.start()
    photos = take_photos(assets, tmp_path / "photos", count=120)
    with networked(tmp_path / "site", mosquitto, random, photos=photos, receivers=2) as network:
        site = network.site
        for program in site.programs:
            program.start()
        assert until(lambda: site.account().arrived, within_s=LONGEST_S)
        storm = Storm(network, random, agent_too=True)
        storm.rage(WHOLE_AGENT_S)
        site.stop_capturing()
        site.agent.restart()
        title = "faults of the network, the whole agent"
        found(judge_storm(title, storm, calm_s=calm_s(site), wrong={}, figures={}))


def test_many_megabytes_in_a_storm(
    tmp_path: Path, mosquitto: Mosquitto, random: Random, found: Callable[[Verdict], None]
) -> None:
    mosquitto.start()
    with networked(tmp_path / "site", mosquitto, random, receivers=3) as network:
        site = network.site
        frames = int(5 * CARRIER_S)
        carrying(site, frames=frames, every=0.15)
        for program in site.programs:
            program.start()
        assert until(lambda: site.account().arrived, within_s=LONGEST_S)
        memory: list[float] = []
        storm = Storm(network, random, agent_too=False, watch=lambda: memory.append(megabytes(site.agent.pid, "VmRSS")))
        storm.rage(CARRIER_S)
        quiet_s = calm_s(site, frames)
        quarter = len(memory) // 4
        growth = statistics.median(memory[-quarter:]) / statistics.median(memory[quarter : 2 * quarter])
        wire = ratio(network)
        wrong = {
            f"bytes on the wire over payload: {wire:.3f}": wire > STORM_RATIO,
            f"memory grew: {growth:.3f}": growth > GROWTH,
        }
        figures = {
            "wire ratio in a storm": round(wire, 3),
            "memory, late over early": round(growth, 3),
        }
        title = "faults of the network, many megabytes"
        found(judge_storm(title, storm, calm_s=quiet_s, wrong=wrong, figures=figures))


def test_whoever_believes_the_broker_is_caught(
    tmp_path: Path, mosquitto: Mosquitto, random: Random, found: Callable[[Verdict], None]
) -> None:
    mosquitto.start()
    with networked(tmp_path / "site", mosquitto, random) as network:
        site = network.site
        carrying(site, frames=12, largest=400_000, command=(*MUTANT, "believes-the-broker", "carrier"))
        for program in site.programs:
            program.start()
        assert until(lambda: site.account().staged, within_s=LONGEST_S)
        site.centres[0].signal(signal.SIGSTOP)
        assert loses(site)  # as it seems: the broker has them still
        site.centres[0].kill()
        mosquitto.kill_and_restart()
        caught = site.quiet().lost > 0
        found(Verdict("R6", "", 1, controls={"a device that believes the broker": caught}))


def test_a_centre_that_forgets_is_caught(
    tmp_path: Path, mosquitto: Mosquitto, random: Random, found: Callable[[Verdict], None]
) -> None:
    """Each frame is one message: of one in two pieces this centre would forget the first, and never confirm it."""
    mosquitto.start()
    with networked(tmp_path / "site", mosquitto, random) as network:
        site = network.site
        carrying(site, frames=4, smallest=20_000, largest=40_000)
        told = ["forgets-what-it-confirmed", "askance", "central", "run", "--config", str(site.central_yaml)]
        site.centres = [Program(tmp_path / "central.log", *told, command=MUTANT)]
        for program in site.programs:
            program.start()
        caught = loses(site)
        found(Verdict("R6", "", 1, controls={"a centre that forgets what it confirmed": caught}))


def test_a_slow_a_lossy_and_a_pulled_cable(
    slow_site: tuple[Site, Veth, Program] | None, found: Callable[[Verdict], None]
) -> None:
    if slow_site is None:
        pytest.skip(missing() or "no mosquitto on this machine: apt-get install mosquitto")
    site, cable, broker = slow_site
    there = [arrived(site, 1)]
    links = broker.log.count(f" as {DEVICE}")
    slow = site.account().arrived
    cable.fast()
    left = site.agent.stop()
    carrying(site, frames=13, smallest=20_000, largest=200_000, command=(*cable.near, *CARRIER)).start()
    with cable.lossy(LOSS):
        lossy = until(lambda: site.account().arrived >= 4, within_s=LONGEST_S)
    with cable.pulled():
        assert not until(lambda: False, within_s=4.0)
    there.append(arrived(site, 13))
    wrong = {
        "not all there": not all(there),
        f"the device ended with {left}": left != 0,
        "5 MB did not pass 1 Mbit/s": slow == 0,
        f"connections over which 5 MB passed 1 Mbit/s: {links}": links != 1,
        f"nothing passes where {LOSS} packets of a hundred are lost": not lossy,
    }
    found(judge("a slow, a lossy and a pulled cable", site, trials=3, wrong=wrong))
