"""What became of a site's frames in a bad network, and what it cost on the wire."""

import math
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from askance.central.blobs import BLOBS
from askance.central.schema import CATALOG
from askance.edge.store.schema import INDEX_NAME
from chaos import carrier
from chaos.account import rows
from chaos.site import Site
from chaos.storm import Network, Storm, failed
from chaos.verdict import Verdict
from support_polling import until
from support_programs import Program

LONGEST_S: Final = 120.0
CALM_S: Final = 30.0  # after the last fault nothing is under way any more
STEADY_S: Final = 1.0
SELDOM_S: Final = 0.25  # the proxies share this process: who counts often slows them
CARRIER: Final = (sys.executable, str(carrier.HERE))


def carrying(site: Site, *, frames: int, command: Sequence[str] = CARRIER, **sizes: float) -> Program:
    """Make the device of a site one without a camera; ``sizes`` are options of the carrier."""
    told = [part for name, value in {"frames": frames, **sizes}.items() for part in (f"--{name}", str(value))]
    site.agent = Program(site.folder / "carrier.log", "--config", str(site.edge_yaml), *told, command=command)
    return site.agent


def payload(site: Site) -> int:
    """Bytes of the envelopes that arrived; what was half written when a receiver was killed is none."""
    return sum(file.stat().st_size for file in (site.catalog / BLOBS / "sha256").rglob("*") if file.is_file())


def ratio(network: Network) -> float:
    """Bytes that the device put on the wire over those that had to be."""
    return network.near.up / max(1, payload(network.site))


def arrived(site: Site, frames: int, *, within_s: float = LONGEST_S) -> bool:
    """Wait until so many frames have been captured, and nothing is under way."""
    return until(
        lambda: _under_way(site) == 0 and site.account().captured >= frames, within_s=within_s, every_s=SELDOM_S
    )


def calm_s(site: Site, frames: int = 0) -> float:
    """Wait until so many frames have been captured and nothing is under way; return the seconds that it took."""
    begun = time.monotonic()
    return time.monotonic() - begun if arrived(site, frames) else math.inf


def loses(site: Site, *, within_s: float = LONGEST_S) -> bool:
    """Wait until frames are lost and stay so: two counts, a while apart, that say the same."""

    def twice() -> bool:
        lost = site.account().lost
        return lost > 0 and not until(lambda: site.account().lost != lost, within_s=STEADY_S)

    return until(twice, within_s=within_s)


def judge(
    title: str,
    site: Site,
    *,
    trials: int,
    wrong: Mapping[str, bool],
    figures: Mapping[str, float] | None = None,
    amounts: Mapping[str, float] | None = None,
) -> Verdict:
    """Say what came of a part whose programs all run; of ``wrong`` counts what is true."""
    aside = rows(site.store / INDEX_NAME, "SELECT trouble FROM captures WHERE state = 'quarantined'")
    return site.account().verdict(
        "R6",
        title,
        trials,
        wrong=(
            *(what for what, so in wrong.items() if so),
            *(f"set aside: {reason}" for (reason,) in aside),
            *failed(site),
        ),
        figures=figures,
        amounts={"MB": round(payload(site) / 1e6, 1), **(amounts or {})},
    )


def judge_storm(
    title: str, storm: Storm, *, calm_s: float, wrong: Mapping[str, bool], figures: Mapping[str, float]
) -> Verdict:
    """Say what came of a storm that was over ``calm_s`` before nothing was under way any more."""
    late = f"seconds from the last fault until nothing was under way: {calm_s:.1f}"
    return judge(
        title,
        storm.site,
        trials=storm.happened.total(),
        wrong={**dict.fromkeys(storm.wrong, True), late: calm_s > CALM_S, **wrong},
        figures={"seconds of quiet until all was there": round(calm_s, 1), **figures},
        amounts=storm.happened,
    )


def _under_way(site: Site) -> int:
    """Count rows, which is quick; ``account`` reads every file."""
    pending = rows(site.store / INDEX_NAME, "SELECT 1 FROM captures WHERE state = 'pending'")
    return len(pending) + len(rows(site.catalog / CATALOG, "SELECT 1 FROM staging"))
