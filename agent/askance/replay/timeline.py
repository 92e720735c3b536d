"""A drawing of each rule's value over time, with the frames that it kept marked, as SVG."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from askance.drawing.captions import extent
from askance.edge.rules import RuleId
from askance.replay.account import Account, Tally
from askance.replay.reel import Played

_TEXT: Final = 12  # height of the words, pixels, as in the style
_MARGIN: Final = 10
_WIDTH: Final = 1000
_TOP: Final = 40
_LANE: Final = 70
_HIGH: Final = 46  # of a value of 1
_TICKS: Final = 10
_APART: Final = 50  # pixels from one time to the next: the widest, 23:59:59, takes less
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_STYLE: Final = """
svg { background: #f4f5f7; font: 12px system-ui, sans-serif; }
text { fill: #1c2024; } .soft { fill: #60656c; } .line { stroke: #c3c8ce; }
.end { stroke: #60656c; stroke-dasharray: 4 3; }
.value { stroke: #6b8fb5; } .refused { stroke: #9aa1a9; } .kept { fill: #b4540a; }
.would { fill: none; stroke: #b4540a; }
@media (prefers-color-scheme: dark) { svg { background: #15181b; } text { fill: #e8eaed; } .soft { fill: #9aa1a9; }
  .line { stroke: #32383e; } .end { stroke: #9aa1a9; } .kept { fill: #ffb067; } .would { stroke: #ffb067; } }
"""


class _Scale(NamedTuple):
    """Where moments of the time line lie: from ``left``, pixels, over ``_WIDTH`` for ``length_ns``, nanoseconds."""

    left: int
    length_ns: int

    def x(self, at_ns: int) -> float:
        return self.left + _WIDTH * min(at_ns, self.length_ns) / self.length_ns


def draw(account: Account, played: Sequence[Played]) -> str:
    """Return the drawing: a lane for each rule, of a thousand columns, each as high as its highest value.

    Dots are frames that the rule paid for, or rings, if it only counts, that it would have; short lines below are
    frames that it matched and did not pay for. Times are those of each recording.

    Args:
        account: of the replay.
        played: the recordings, for the time line.
    """
    said = {rule: (rule, _counts(tally)) for rule, tally in account.tallies.items()}
    widest = max((extent(line, _TEXT)[0] for lines in said.values() for line in lines), default=0.0)
    scale = _Scale(round(2 * _MARGIN + widest), max(1, sum(one.length_ns for one in played)))
    height = _TOP + _LANE * len(account.tallies) + 30
    lanes = (
        _lane(rule, account=account, base=_TOP + _LANE * number + _HIGH, scale=scale, said=lines)
        for number, (rule, lines) in enumerate(said.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scale.left + _WIDTH + 20} {height}">'
        f"<style>{_STYLE}</style>\n{''.join(_recordings(played, scale=scale, height=height))}"
        f"{''.join(_axis(played, scale=scale, height=height))}{''.join(lanes)}</svg>\n"
    )


def _counts(tally: Tally) -> str:
    return f"{tally.matched} matched, {f'would keep {tally.kept}' if tally.counted else f'{tally.kept} kept'}"


def _lane(rule: RuleId, *, account: Account, base: int, scale: _Scale, said: tuple[str, str]) -> str:
    tally = account.tallies[rule]
    highest: dict[int, float] = {}
    for at_ns, value in zip(account.at_ns, tally.values, strict=True):
        column = int(scale.x(at_ns))
        highest[column] = max(value, highest.get(column, 0.0))
    values = "".join(f"M{column} {base}V{base - _HIGH * value:.1f}" for column, value in highest.items() if value > 0)
    refused = "".join(f"M{column} {base + 3}v5" for column in sorted({int(scale.x(at)) for at in tally.refused_ns}))
    taken_ns = [frame.at_ns for frame in tally.counted]
    taken_ns += [frame.at_ns for frame in account.kept if rule in frame.payers]
    kept = {int(scale.x(at)) for at in taken_ns}
    shape = "would" if tally.counted else "kept"
    dots = "".join(
        f'<circle class="{shape}" cx="{column}" cy="{base - _HIGH * highest[column]:.1f}" r="3"/>'
        for column in sorted(kept)
    )
    return (
        f'<text x="{_MARGIN}" y="{base - 16}">{escape(said[0])}</text>'
        f'<text class="soft" x="{_MARGIN}" y="{base}">{said[1]}</text>'
        f'<path class="line" d="M{scale.left} {base}h{_WIDTH}"/><path class="value" d="{values}"/>'
        f'<path class="refused" d="{refused}"/>{dots}\n'
    )


def _recordings(played: Sequence[Played], *, scale: _Scale, height: int) -> Iterator[str]:
    """Yield where each begins, and as much of its name as has room; the whole stands in the title of the line."""
    for one in played:
        x, end = scale.x(one.begin_ns), scale.x(one.begin_ns + one.length_ns)
        name = one.recording.name
        yield f'<path class="end" fill="none" d="M{x:.1f} 8V{height - 24}"><title>{escape(name)}</title></path>'
        yield f'<text x="{x + 4:.1f}" y="18">{escape(_short(name, end - x - 4))}</text>\n'


def _short(name: str, room: float) -> str:
    """Return as much of a name as has room, pixels; nothing where less than two letters have."""
    letters = int(room / extent("m", _TEXT)[0])
    if letters >= len(name):
        return name
    return f"{name[: letters - 1]}\N{HORIZONTAL ELLIPSIS}" if letters > 2 else ""  # noqa: PLR2004 (one alone tells nothing)


def _axis(played: Sequence[Played], *, scale: _Scale, height: int) -> Iterator[str]:
    """Yield the times of each recording, from its own beginning, that have room before the next one begins."""
    step = next((step for step in _STEPS_S if scale.length_ns / 1e9 / step <= _TICKS), _STEPS_S[-1])
    free = 0.0
    for one in played:
        last = scale.x(one.begin_ns + one.length_ns) - (0 if one is played[-1] else _APART)
        for at_s in range(0, int(one.length_ns / 1e9) + 1, step):
            x = scale.x(one.begin_ns + at_s * 10**9)
            if x >= free and (x <= last or not at_s):
                yield f'<text class="soft" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{_clock(at_s)}</text>'
                free = x + _APART


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"  # noqa: PLR2004 (an hour)
