"""R7, the broker matrix: frames of 2 KB to 2 MB get through whatever the broker is, says, limits and refuses.

Where they cannot, the device keeps them, says whose fault it is and which key or command helps, and goes on by itself
once that is mended. Each make and each case is a trial with a site of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final, TypeAlias, TypeVar

import pytest

from chaos import certificates, refusals
from chaos.bout import Outcome, verdict
from chaos.brokers import MAKES
from chaos.limits import CONTROLS, LIMITS, pass_under
from chaos.makes import PHOTOS, carry_over
from chaos.site import take_photos
from chaos.verdict import Verdict
from support_broker import find_mosquitto

AT_ONCE: Final = 4
Found = TypeVar("Found")
Runs: TypeAlias = "list[Future[list[Outcome]]]"

pytestmark = [
    pytest.mark.timeout(580),
    pytest.mark.skipif(find_mosquitto() is None, reason="no mosquitto: apt-get install mosquitto"),
    # paho leaves the socket of a handshake that failed to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def missing() -> list[str]:
    """Debian packages of brokers that are not installed."""
    return [make.package for make in MAKES if make.program is None and make.package is not None]


@pytest.fixture(scope="module", autouse=True)
def makes(assets: Path, seed: int, missing: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Runs over the other makes: they begin before anything else, because RabbitMQ takes long to start, and twice."""
    folder = tmp_path_factory.mktemp("makes")
    photos = take_photos(assets, folder / "photos", count=PHOTOS)
    random = Random(f"{seed} makes")  # noqa: S311 (faults, no secret)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        cases = [] if missing else [partial(carry_over, make, photos=photos) for make in MAKES]
        yield begin(cases, pool, folder=folder, random=random)


def test_limits_are_kept_learnt_or_lived_with(tmp_path: Path, random: Random, found: Callable[[Verdict], None]) -> None:
    outcomes = run([partial(pass_under, limit) for limit in LIMITS], tmp_path / "limits", random)
    caught = run([*CONTROLS.values()], tmp_path / "controls", random)

    controls = dict(zip(CONTROLS, caught, strict=True))
    found(verdict("limits of mosquitto, MQTT 5 and 3.1.1", outcomes, controls=controls))


def test_what_is_refused_is_told_and_kept_until_it_is_mended(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    outcomes = run([*refusals.CASES, *certificates.CASES], tmp_path, random)

    found(verdict("logins, ACLs, quotas, certificates, outages", outcomes))


def test_every_make_carries_every_frame(makes: Runs, missing: list[str], found: Callable[[Verdict], None]) -> None:
    if missing:
        pytest.skip(f"brokers that are not installed: apt-get install {' '.join(missing)}")

    outcomes = chain.from_iterable(one.result() for one in makes)

    found(verdict("other makes: nats-server, RabbitMQ, ejabberd, amqtt", outcomes))


def run(cases: Sequence[Callable[[Path, Random], Found]], folder: Path, random: Random) -> list[Found]:
    """Run cases, some at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [one.result() for one in begin(cases, pool, folder=folder, random=random)]


def begin(
    cases: Sequence[Callable[[Path, Random], Found]], pool: ThreadPoolExecutor, *, folder: Path, random: Random
) -> "list[Future[Found]]":
    """Let cases begin, each in a folder and with chance of its own."""
    seeds = [random.getrandbits(32) for _ in cases]
    return [
        pool.submit(case, folder / str(at), Random(seed))  # noqa: S311 (faults, no secret)
        for at, (case, seed) in enumerate(zip(cases, seeds, strict=True))
    ]
