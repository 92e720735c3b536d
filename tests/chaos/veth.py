"""Two network namespaces and a virtual cable between them, that can be slow, lossy or pulled; all gone in the end."""

import os
import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NEAR: Final = "10.213.0.1"
FAR: Final = "10.213.0.2"
CARD: Final = "cable"
PACKAGES: Final = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables"}
LOSS: Final = """
table inet chaos {{
    chain coming {{ type filter hook input priority 0; iifname {card} numgen random mod 100 < {percent} drop; }}
    chain going {{ type filter hook output priority 0; oifname {card} numgen random mod 100 < {percent} drop; }}
}}
"""


def missing() -> str | None:
    """Say what keeps this machine from having namespaces; None when nothing does."""
    lacking = sorted({package for program, package in PACKAGES.items() if shutil.which(program) is None})
    if os.geteuid() != 0:
        return "network namespaces need root"
    return f"no namespaces without more programs: apt-get install {' '.join(lacking)}" if lacking else None


@dataclass(frozen=True, slots=True)
class Veth:
    """The cable; a command with ``near`` or ``far`` before it runs at that end, at the address of the same name."""

    near: Sequence[str]
    far: Sequence[str]

    def slow(self, rate: str) -> None:
        """Let no more than ``rate``, as "1mbit", through in each direction."""
        for end in (self.near, self.far):
            run(*end, *f"tc qdisc replace dev {CARD} root tbf rate {rate} burst 16kb latency 1s".split())

    def fast(self) -> None:
        """Let everything through again."""
        for end in (self.near, self.far):
            run(*end, "tc", "qdisc", "delete", "dev", CARD, "root")

    @contextmanager
    def lossy(self, percent: int) -> Generator[None]:
        """Drop so many packets of a hundred, in each direction, during the block."""
        run(*self.near, "nft", "-f", "-", told=LOSS.format(card=CARD, percent=percent))
        try:
            yield
        finally:
            run(*self.near, "nft", "delete", "table", "inet", "chaos")

    @contextmanager
    def pulled(self) -> Generator[None]:
        """Pull the cable for the length of the block."""
        run(*self.near, "ip", "link", "set", CARD, "down")
        try:
            yield
        finally:
            run(*self.near, "ip", "link", "set", CARD, "up")


@contextmanager
def veth() -> Generator[Veth]:
    """Make the namespaces and the cable; those of a run that was killed are swept away first."""
    sweep()
    ends = {f"askance-{os.getpid()}-near": NEAR, f"askance-{os.getpid()}-far": FAR}
    with ExitStack() as undo:
        for name in ends:
            run("ip", "netns", "add", name)
            undo.callback(run, "ip", "netns", "delete", name)
        near, far = ends
        run("ip", "link", "add", CARD, "netns", near, "type", "veth", "peer", "name", CARD, "netns", far)
        for name, address in ends.items():
            run("ip", "-n", name, "address", "add", f"{address}/30", "dev", CARD)
            for card in ("lo", CARD):
                run("ip", "-n", name, "link", "set", card, "up")
        yield Veth(*(["ip", "netns", "exec", name] for name in ends))


def sweep() -> None:
    """Delete the namespaces of runs that are no more."""
    for name in sorted(path.name for path in Path("/run/netns").glob("askance-*-*")):
        if not Path("/proc", name.split("-")[1]).exists():
            run("ip", "netns", "delete", name)


def run(*command: str, told: str | None = None) -> None:
    """Run a command that has to succeed."""
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
