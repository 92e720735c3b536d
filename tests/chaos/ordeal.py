"""Hostile messages in batches, a victim that takes them, and the account of each message's fate."""

import json
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

from askance.central.receiver import BATCH
from askance.wire.identity import DeviceId
from chaos import victim
from chaos.mutations import Liar, Sent
from chaos.verdict import Verdict
from chaos.victim import BOUNDS, Found, mark

LIARS: Final = 5
EVERY_LETTER: Final = 10**6
RSS_MB: Final = 150.0  # the promise is 300; a centre that keeps a batch of the longest frames takes 220
BATCH_S: Final = 6.0  # of the processor; systemd ends a receiver that is silent for 60


def told(
    folder: Path, batches: Iterable[Sequence[Sent]], *, letters: int = EVERY_LETTER, mutant: str | None = None
) -> tuple[Found, list[Sent]]:
    """Have a victim take batches, and return what it says of them and what it was told."""
    command = [sys.executable, str(victim.HERE), str(folder / "centre"), str(letters), *([mutant] if mutant else [])]
    sent: list[Sent] = []
    with (
        (folder / "victim.log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        for batch in batches:
            pickle.dump([(each.topic, each.payload) for each in batch], process.stdin)
            sent += batch
        process.stdin.close()
        return Found(**json.loads(process.stdout.read())), sent


def hostile(random: Random, count: int, *, trick: str | None = None) -> Iterator[list[Sent]]:
    """Batches of at least ``count`` messages by some liars, a trick at a time, or always the same one."""
    liars = [Liar(random, DeviceId(f"liar-{number}")) for number in range(LIARS)]
    waiting: list[Sent] = []
    while count > 0:
        played = random.choice(liars).trick(trick)
        count -= len(played)
        waiting += played
        while len(waiting) >= BATCH or (count <= 0 and waiting):
            yield waiting[:BATCH]
            del waiting[:BATCH]


def heavy(random: Random) -> Iterator[list[Sent]]:
    """A batch in which every message completes a frame of the greatest length, behind all their other pieces."""
    last: list[Sent] = []
    for number in range(BATCH):
        pieces, end = Liar(random, DeviceId(f"large-{number}")).large()
        yield from ([piece] for piece in pieces)
        last.append(end)
    yield last


def judge(title: str, sent: Sequence[Sent], found: Found, *, beside: Mapping[str, object] | None = None) -> Verdict:
    """Hold what became of messages against what had to; every letter must have been kept.

    Args:
        title: of the part.
        sent: the messages.
        found: what became of them.
        beside: what else would be wrong, if it is true.
    """
    wanted = {each.stored for each in sent if each.stored is not None}
    buried = set(found.letters)
    silent = [each for each in sent if each.code and mark(each.code, each.topic, payload=each.payload) not in buried]
    unanswered = Counter(each.code for each in silent)
    faults: dict[str, object] = {
        f"fell: {len(found.crashes)} times, first {found.crashes[:1]}": found.crashes,
        f"files that have no place there: {found.strays[:3]}": found.strays,
        **{f"without a letter {code}: {count}": count for code, count in unanswered.items()},
        f"frames begun by one device: {found.most_staged}": found.most_staged > BOUNDS.unfinished,
        f"a decoder was loaded: {found.decoders}": found.decoders,
        f"memory: {found.rss_mb:.0f} MB": found.rss_mb > RSS_MB,
        f"a batch took {found.longest_s:.0f} s": found.longest_s > BATCH_S,
        **(beside or {}),
    }
    return Verdict(
        "R8",
        title,
        len(sent),
        lost=sum(not found.stored.get(sha) for sha in wanted),
        duplicated=sum(count > 1 for count in found.stored.values()),
        wrong=tuple(fault for fault, so in faults.items() if so),
        figures={"rss_mb": round(found.rss_mb, 1), "longest batch s": round(found.longest_s, 2)},
    )


def unbalanced(sent: Sequence[Sent], found: Found) -> dict[str, object]:
    """Say whether every message was read or refused, and every refusal has its letter; of a victim that counted."""
    received = sum(count for name, count in found.counts.items() if name.startswith("received."))
    refused = sum(count for name, count in found.counts.items() if name.startswith("refused."))
    return {
        f"{refused} were refused and {len(found.letters)} letters are there": refused != len(found.letters),
        f"{len(sent)} came, {received} were read and {found.at_the_door} refused": len(sent)
        != received + found.at_the_door,
    }
