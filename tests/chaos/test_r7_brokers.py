"""R7, the broker matrix: frames of 1 KB to 2 MB get through whatever the broker is, says, limits and refuses.

Where they cannot, the device keeps them, says whose fault it is and which key or command helps, and goes on by itself
once that is mended. Each make and each case is a trial with a site of its own.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
Case: TypeAlias = Callable[[Path, Random], Outcome]

pytestmark = [
    pytest.mark.timeout(580),
    pytest.mark.skipif(find_mosquitto() is None, reason="no mosquitto: apt-get install mosquitto"),
]


def test_limits_are_kept_learnt_or_lived_with(tmp_path: Path, random: Random, found: Callable[[Verdict], None]) -> None:
    cases: list[Case] = [*(partial(pass_under, limit) for limit in LIMITS), *CONTROLS.values()]

    outcomes = run(cases, tmp_path, random)

    limits, broken = outcomes[: len(LIMITS)], outcomes[len(LIMITS) :]
    controls = {name: outcome.failed for name, outcome in zip(CONTROLS, broken, strict=True)}
    found(verdict("limits of mosquitto, MQTT 5 and 3.1.1", limits, controls=controls))


def test_what_is_refused_is_told_and_kept_until_it_is_mended(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    outcomes = run([*refusals.CASES, *certificates.CASES], tmp_path, random)

    found(verdict("logins, ACLs, quotas, certificates, outages", outcomes))


def test_every_make_carries_every_frame(
    tmp_path: Path, assets: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    missing = [make.package for make in MAKES if make.program is None and make.package is not None]
    if missing:
        pytest.skip(f"not all brokers are installed: apt-get install {' '.join(missing)}")
    photos = take_photos(assets, tmp_path / "photos", count=PHOTOS)

    outcomes = run([partial(carry_over, make, photos=photos) for make in MAKES], tmp_path, random)

    found(verdict("other makes: nats-server, RabbitMQ, ejabberd, amqtt", chain.from_iterable(outcomes)))


def run(cases: Sequence[Callable[[Path, Random], Found]], folder: Path, random: Random) -> list[Found]:
    """Run cases, some at once, each with chance of its own."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seeds = [random.getrandbits(32) for _ in cases]
        runs = [
            pool.submit(case, folder / str(at), Random(seed))  # noqa: S311 (faults, no secret)
            for at, (case, seed) in enumerate(zip(cases, seeds, strict=True))
        ]
        return [one.result() for one in runs]
