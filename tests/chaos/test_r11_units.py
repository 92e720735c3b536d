"""R11: the shipped units under a real systemd: killed, hung, stopped, and what they reach, write and are refused."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest

from chaos.box import ANYBODY, CENTRAL, COMMAND, EDGE, FIND_DECODERS, PYTHON, STATE, Box
from chaos.container import lacking
from chaos.verdict import Verdict
from support_units import proposal

BOTH: Final = (EDGE, CENTRAL)
KILLS: Final = 10
STOPS: Final = 3
LONGEST_STOP_S: Final = 5.0
MOST_EXPOSED: Final = 1.6
WATCHDOG_S: Final = 4
SOON: Final = "[Service]\nRestartSec=100ms\n"
STRICT: Final = "[Service]\nSystemCallErrorNumber=kill\n"
# OpenBLAS asks for memory near its core, and threads for a core of their own: both go on without.
REFUSED: Final = f"{STRICT}SystemCallFilter=mbind sched_setaffinity\n"
FORBIDDEN: Final = f'ExecStartPre={PYTHON} -c "import os; os.nice(1)"\n'
OUTSIDE: Final = [f"{place}/stray" for place in ("/etc", "/opt", "/run", "/usr", "/var", "/var/lib")]
ELSEWHERE: Final = f"ExecStartPre=-/bin/sh -c 'mkdir {' '.join(OUTSIDE)} 2> /dev/null'\n"
RESTARTED: Final = '[ "$(systemctl show -P NRestarts {})" != 0 ]'
UNFED: Final = f"""\
[Service]
Type=notify
WatchdogSec={WATCHDOG_S}
Restart=always
ExecStart={PYTHON} -c "import time; from askance.notify import notify; notify('READY=1'); time.sleep(600)"
"""
AS_ROOT: Final = (
    f"{COMMAND} edge status --config /etc/askance/edge.yaml",
    f"{COMMAND} edge why --config /etc/askance/edge.yaml",
    f"{COMMAND} edge tell speed=1 --config /etc/askance/edge.yaml",
    f"{COMMAND} edge capture --config /etc/askance/edge.yaml",
    f"{COMMAND} central status --config /etc/askance/central.yaml",
    f"{COMMAND} queue ls --config /etc/askance/central.yaml",
)

pytestmark = pytest.mark.timeout(600)

Found = Callable[[Verdict], None]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, assets: Path) -> Iterator[Box]:
    """The machine, with both units up, as they are shipped."""
    missing = lacking()
    if missing:
        pytest.skip(f"apt-get install {' '.join(missing)}")
    with Box(tmp_path_factory.mktemp("r11"), assets) as booted:
        booted.start(CENTRAL, EDGE)
        yield booted


def judge(
    box: Box,
    title: str,
    *,
    trials: int,
    wrong: Sequence[str] = (),
    controls: Mapping[str, bool],
    figures: Mapping[str, float],
) -> Verdict:
    """Wait for quiet, and count what was lost, doubled, stuck, refused, written elsewhere and sent to strangers."""
    account = box.quiet()
    complaints = box.complaints()
    if wrong or complaints or not all(controls.values()):
        for unit in BOTH:
            sys.stdout.write(f"{box.journal(unit)}\n")  # shown where the test fails
    return account.verdict("R11", title, trials, wrong=(*wrong, *complaints), controls=controls, figures=figures)


def edit(box: Box, text: str) -> None:
    """Lay the same drop-in over both units."""
    for unit in BOTH:
        box.edit(unit, text)


def test_they_work_as_they_are_shipped(box: Box, found: Found) -> None:
    """Frames arrive, root can ask, the state is private and outlives a restart, and nobody else is spoken to."""
    wrong = [] if box.arrive(3) else ["no frames arrive"]
    done = {command: box.container.run(*command.split()) for command in AS_ROOT}
    wrong += [f"{command}: {run.stderr}" for command, run in done.items() if run.returncode]
    wrong += [
        f"{folder} is open to others: {folder.stat().st_mode:o}"
        for folder in (box.root / STATE / "edge", box.root / STATE / "central")
        if folder.stat().st_mode & 0o777 != 0o700
    ]
    exposed = {f"exposure, {unit}": box.exposure(unit) for unit in BOTH}
    wrong += [f"{name}: {level}" for name, level in exposed.items() if level > MOST_EXPOSED]
    box.container.say("systemctl", "restart", CENTRAL)
    before = box.site.account()
    verdict = judge(box, "units as shipped", trials=1, wrong=wrong, controls={}, figures=exposed)
    after = box.site.account()
    assert after.captured >= before.captured > 0 < before.arrived <= after.arrived, "a restart took the state away"

    box.container.run("bash", "-c", "echo > /dev/udp/192.0.2.1/443")
    box.container.say("install", "--owner=62000", "/dev/null", "/opt/stray")
    controls = {"a packet to a stranger": box.egress()["foreign"] == 1, "a file elsewhere": box.strays() != []}
    box.container.say("rm", "/opt/stray")
    box.container.say("nft", "reset", "counters")
    found(verdict + Verdict("R11", verdict.title, 0, controls=controls))


def blow(box: Box, random: Random) -> str:
    """Kill a main process, all processes of the agent, or its decoders, as soon as they are there; says whose."""
    unit, whom = random.choice([(EDGE, "main"), (EDGE, "all"), (EDGE, "decoders"), (CENTRAL, "main")])
    if whom == "decoders":
        assert box.wait(f"kill -KILL $({FIND_DECODERS})"), "no decoder could be killed"
        return whom
    kill = f"systemctl kill --kill-who={whom} --signal=KILL {unit}"
    assert box.wait(f'[ "$(systemctl show -P MainPID {unit})" != 0 ] && {kill}'), f"no process of {unit}"
    return unit


def test_they_come_back_from_every_kill(box: Box, found: Found, random: Random) -> None:
    """Ten kills, now and then before they are up again: neither of them ever stays down."""
    edit(box, SOON)
    wrong: list[str] = []
    fallen: Counter[str] = Counter()
    before = {unit: killed(box, unit) for unit in BOTH}
    for _ in range(KILLS):
        if random.random() < 0.5:
            wrong += [] if box.up(*BOTH) else ["they are not up again"]
        fallen[blow(box, random)] += 1
        wrong += [f"{unit} has failed" for unit in BOTH if box.show(unit, "ActiveState") == "failed"]
    wrong += [] if box.up(*BOTH) else ["they do not come back"]
    wrong += [] if box.arrive(2) else ["no frames arrive any more"]
    seen = {unit: killed(box, unit) - before[unit] for unit in BOTH}
    wrong += [f"{unit}: {seen[unit]} kills seen of {fallen[unit]}" for unit in BOTH if seen[unit] != fallen[unit]]
    found(judge(box, "kill -9 of mains and decoders", trials=fallen.total(), wrong=wrong, controls={}, figures={}))


def killed(box: Box, unit: str) -> int:
    """How often systemd has seen a main process end by SIGKILL."""
    return box.journal(unit).count("Main process exited, code=killed, status=9/KILL")


def test_the_watchdog_bites_who_hangs_and_nobody_else(box: Box, found: Found) -> None:
    (box.root / "etc/systemd/system/unfed.service").write_text(UNFED)
    edit(box, f"{SOON}WatchdogSec={WATCHDOG_S}\n")
    box.container.say("systemctl", "restart", *BOTH)
    box.container.say("systemctl", "start", "unfed")
    unfed = box.wait(RESTARTED.format("unfed"))
    wrong = [f"{unit} was bitten in health" for unit in BOTH if box.show(unit, "NRestarts") != "0"]
    box.container.say("systemctl", "stop", "unfed")
    for unit in BOTH:
        box.signal(unit, "STOP")
    bitten = all(box.wait(RESTARTED.format(unit)) for unit in BOTH)
    wrong += [] if bitten and box.up(*BOTH) else ["one that hung is not back"]
    wrong += [f"{unit}: not by its watchdog" for unit in BOTH if "Watchdog timeout" not in box.journal(unit)]
    wrong += [] if box.arrive(2) else ["no frames arrive any more"]
    controls = {"a program that does not feed its watchdog": unfed}
    found(judge(box, "hung mains", trials=len(BOTH), wrong=wrong, controls=controls, figures={}))


def test_they_stop_in_order_within_five_seconds(box: Box, found: Found, random: Random) -> None:
    """With frames under way, and once with a broker that has fallen silent."""
    wrong: list[str] = []
    longest = dict.fromkeys(BOTH, 0.0)
    for number in range(STOPS):
        box.start(*BOTH)
        wrong += [] if box.arrive(random.randint(1, 3)) else ["no frames arrive"]
        if number == 0:
            box.signal("broker", "STOP")
        before = len(box.journal(EDGE))
        for unit in BOTH:
            longest[unit] = max(longest[unit], box.stop(unit))
            ended = (box.show(unit, "Result"), box.show(unit, "ExecMainCode"), box.show(unit, "ExecMainStatus"))
            wrong += [] if ended == ("success", "1", "0") else [f"{unit} ended with {ended}"]
        wrong += ["the decoders were not ended in order"] if "the decoder died" in box.journal(EDGE)[before:] else []
        box.signal("broker", "CONT")
    box.start(CENTRAL)
    wrong += [f"{unit} took {took:.1f} s to stop" for unit, took in longest.items() if took > LONGEST_STOP_S]
    figures = {f"seconds to stop, {unit}": round(took, 2) for unit, took in longest.items()}
    found(judge(box, "stops", trials=STOPS * len(BOTH), wrong=wrong, controls={}, figures=figures))


def test_they_log_in_with_a_credential_and_do_nothing_that_is_refused(box: Box, found: Found) -> None:
    """The password comes as the units' comments say; what their filter refuses kills them here instead."""
    guarded = ANYBODY.replace("allow_anonymous true", "allow_anonymous false\npassword_file /etc/mosquitto.passwords")
    (box.root / "etc/mosquitto.conf").write_text(guarded)
    box.container.say("mosquitto_passwd", "-b", "-c", "/etc/mosquitto.passwords", "tried", "right")
    box.container.say("systemctl", "restart", "broker")
    password = box.root / "etc/askance/broker-password"
    for unit in BOTH:
        (box.root / f"etc/default/{unit}").write_text("ASKANCE__BROKER__USERNAME=tried\n")
        shipped = box.root / f"etc/systemd/system/{unit}.service"
        box.edit(unit, proposal(shipped, "LoadCredential") + REFUSED.removeprefix("[Service]\n") + ELSEWHERE)
    password.write_text("right\n")
    password.chmod(0o600)
    box.container.say("systemctl", "restart", *BOTH)
    wrong = [] if box.arrive(2) else ["no frames arrive past the password"]
    wrong += [f"written: {place}" for place in OUTSIDE if not box.container.run("test", "-e", place).returncode]
    verdict = judge(box, "credential, strict filter", trials=len(BOTH), wrong=wrong, controls={}, figures={})

    password.write_text("wrong\n")
    box.container.say("systemctl", "restart", EDGE)
    refused = box.wait(f"journalctl --unit={EDGE} --grep='refused: '")
    box.edit(EDGE, STRICT + FORBIDDEN)
    box.container.run("systemctl", "restart", EDGE)
    controls = {"a wrong password": refused, "a forbidden system call": "status=31/SYS" in box.journal(EDGE)}
    found(verdict + Verdict("R11", verdict.title, 0, controls=controls))
