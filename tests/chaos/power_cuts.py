"""Power cuts and kills of a store on a disk of its own; the verdict goes to stdout as JSON.

Run it in a mount and process namespace of its own (see ``confined``): python tests/chaos/power_cuts.py STORE FOLDER
SEED CUTS BROKEN, where STORE is one of ACCOUNTS and BROKEN one of NICHES.
"""

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat, takewhile
from pathlib import Path
from random import Random
from typing import ClassVar, Final, Protocol, Self

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.errors import AskanceError
from chaos.breakage import NICHES
from chaos.disk import MIXED, Disk
from chaos.given import Given
from chaos.power import Moment, live
from chaos.promises import Promises
from chaos.verdict import COUNTS, Verdict
from chaos.worker import Work

CUTS_A_DISK: Final = 12
KILLED: Final = 0.25
"""How often a worker is killed, and another one started, before the power goes."""
CHECKED: Final = 0.7
"""How often the store is checked after a cut; else the next worker finds it as it is, and may be cut again."""


def _kill() -> None:
    """Do nothing to the disk: whoever works on it is killed anyway."""


class Account(Protocol):
    """What one store has promised, over all its lives on a disk.

    Attributes:
        scenario: of the campaign.
        title: what is done to it.
    """

    scenario: ClassVar[str]
    title: ClassVar[str]

    @classmethod
    def open(cls, folder: Path, random: Random) -> Self:
        """Begin with an empty store under ``folder``."""
        ...

    def work(self, *, life: int, boot: int) -> Work:
        """What the ``life``-th worker does in a boot."""
        ...

    def hear(self, lines: Iterable[str]) -> Iterator[str]:
        """Take what a worker said; complains about how it found the store."""
        ...

    def check(self, *, boot: int) -> Iterator[tuple[str, int]]:
        """Start as the program does in a boot, and count what may not be, by what it is."""
        ...

    def finish(self, *, boot: int) -> int:
        """Bring everything that is under way to its end; returns how much cannot be."""
        ...


ACCOUNTS: Final[Mapping[str, type[Account]]] = {"device": Promises, "centre": Given}


def cuts(kind: type[Account], folder: Path, *, random: Random, count: int, broken: str) -> Verdict:
    """Cut the power of one disk ``count`` times, with kills between, and check the store after most of them."""
    seen, wrong, lives = Counter[str](), list[str](), 0
    with Disk(folder, options=random.choice(MIXED)) as disk:
        account = kind.open(disk.path / "lib" / "askance", random)
        for boot in range(count):
            for end in [*takewhile(lambda _: random.random() < KILLED, repeat(_kill)), disk.cut]:
                lives += 1
                life = live(account.work(life=lives, boot=boot), Moment.of(random), niche=NICHES[broken], end=end)
                wrong += [*life.failures, *account.hear(life.lines)]
            disk.restore()
            if boot == count - 1 or random.random() < CHECKED:
                seen += _check(account, boot=boot + 1)
        seen["stuck"] = account.finish(boot=count)
    lost, duplicated, stuck = (seen.pop(name, 0) for name in COUNTS)
    wrong += [f"{what}: {number}" for what, number in seen.items() if number]
    return Verdict(account.scenario, account.title, lives, lost, duplicated, stuck, tuple(wrong))


def _check(account: Account, *, boot: int) -> Counter[str]:
    """Count what may not be, by what it is; that the store cannot be opened is such a thing too."""
    seen = Counter[str]()
    try:
        for what, number in account.check(boot=boot):
            seen[what] += number
    except (AskanceError, sqlite3.Error) as error:
        seen[f"cannot be opened, {type(error).__name__}: {error}"] += 1
    return seen


def main(store: str, folder: str, *numbers: str) -> None:
    """Cut the power so often, on a new disk now and then."""
    seed, count, broken = numbers
    random, verdicts = Random(seed), list[Verdict]()  # noqa: S311 (faults, no secret)
    for begun in range(0, int(count), CUTS_A_DISK):
        here = Path(folder) / f"{store}-{seed}-{begun}"
        here.mkdir()
        left = min(CUTS_A_DISK, int(count) - begun)
        verdicts.append(cuts(ACCOUNTS[store], here, random=random, count=left, broken=broken))
    sys.stdout.write(json.dumps(sum(verdicts[1:], start=verdicts[0]).as_json()) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
