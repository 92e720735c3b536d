"""What became of a site's frames in a bad network, and what it cost on the wire."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from askance.edge.store.schema import INDEX_NAME
from chaos import carrier
from chaos.site import Site, rows
from chaos.storm import Network
from chaos.verdict import Verdict
from support_polling import until
from support_programs import Program

LONGEST_S: Final = 120.0
CARRIER: Final = (sys.executable, str(carrier.HERE))


def carrying(site: Site, *, frames: int, command: Sequence[str] = CARRIER, **sizes: float) -> Program:
    """Make the device of a site one without a camera; ``sizes`` are options of the carrier."""
    told = [part for name, value in {"frames": frames, **sizes}.items() for part in (f"--{name}", str(value))]
    site.agent = Program(site.folder / "carrier.log", "--config", str(site.edge_yaml), *told, command=command)
    return site.agent


def payload(site: Site) -> int:
    """Bytes of the envelopes that arrived."""
    return sum(file.stat().st_size for file in (site.catalog / "blobs").rglob("*") if file.is_file())


def ratio(network: Network) -> float:
    """Bytes that the device put on the wire over those that had to be."""
    return network.near.up / max(1, payload(network.site))


def arrived(site: Site, frames: int, *, within_s: float = LONGEST_S) -> bool:
    """Wait until so many frames have been captured, and nothing is under way."""

    def done() -> bool:
        account = site.account()
        return account.captured >= frames and account.stuck == 0

    return until(done, within_s=within_s)


def rss_mb(program: Program) -> float:
    """Resident memory of a program."""
    status = Path(f"/proc/{program.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def judge(title: str, site: Site, *, trials: int, wrong: Mapping[str, bool], figures: Mapping[str, float]) -> Verdict:
    """Say what came of a part; of ``wrong`` counts what is true."""
    account = site.account()
    aside = rows(site.store / INDEX_NAME, "SELECT trouble FROM captures WHERE state = 'quarantined'")
    return Verdict(
        "R6",
        title,
        trials,
        lost=account.lost,
        duplicated=account.duplicated,
        stuck=account.stuck,
        wrong=(
            *(what for what, so in wrong.items() if so),
            *(f"set aside: {reason}" for (reason,) in aside),
            *(["a ledger that does not add up"] if account.unbalanced else []),
        ),
        figures={"frames": account.captured, "MB": round(payload(site) / 1e6, 1), **figures},
    )
