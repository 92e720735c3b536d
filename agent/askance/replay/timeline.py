"""A drawing of each rule's value over time, with the frames that it kept marked, as SVG."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from askance.edge.rules import RuleId
from askance.replay.account import Account, Tally
from askance.replay.reel import Played

_LEFT: Final = 170
_WIDTH: Final = 1000
_TOP: Final = 40
_LANE: Final = 70
_HIGH: Final = 46  # of a value of 1
_TICKS: Final = 10
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


def draw(account: Account, played: Sequence[Played]) -> str:
    """Return the drawing: a lane for each rule, of a thousand columns, each as high as its highest value.

    Dots are frames that the rule paid for, or rings, if it only counts, that it would have; short lines below are
    frames that it matched and did not pay for.

    Args:
        account: of the replay.
        played: the recordings, for the time line.
    """
    length_ns = max(1, sum(one.length_ns for one in played))
    height = _TOP + _LANE * len(account.tallies) + 30
    lanes = (
        _lane(rule, tally, account=account, base=_TOP + _LANE * number + _HIGH, length_ns=length_ns)
        for number, (rule, tally) in enumerate(account.tallies.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 20} {height}">'
        f"<style>{_STYLE}</style>\n{''.join(_recordings(played, length_ns=length_ns, height=height))}"
        f"{''.join(_axis(length_ns, height=height))}{''.join(lanes)}</svg>\n"
    )


def _x(at_ns: int, length_ns: int) -> float:
    return _LEFT + _WIDTH * min(at_ns, length_ns) / length_ns


def _lane(rule: RuleId, tally: Tally, *, account: Account, base: int, length_ns: int) -> str:
    highest: dict[int, float] = {}
    for at_ns, value in zip(account.at_ns, tally.values, strict=True):
        column = int(_x(at_ns, length_ns))
        highest[column] = max(value, highest.get(column, 0.0))
    values = "".join(f"M{column} {base}V{base - _HIGH * value:.1f}" for column, value in highest.items() if value > 0)
    refused = "".join(
        f"M{column} {base + 3}v5" for column in sorted({int(_x(at, length_ns)) for at in tally.refused_ns})
    )
    taken_ns = [frame.at_ns for frame in tally.counted]
    taken_ns += [frame.at_ns for frame in account.kept if rule in frame.payers]
    kept = {int(_x(at, length_ns)) for at in taken_ns}
    shape = "would" if tally.counted else "kept"
    dots = "".join(
        f'<circle class="{shape}" cx="{column}" cy="{base - _HIGH * highest[column]:.1f}" r="3"/>'
        for column in sorted(kept)
    )
    said = f"would keep {tally.kept}" if tally.counted else f"{tally.kept} kept"
    return (
        f'<text x="10" y="{base - 16}">{escape(rule)}</text>'
        f'<text class="soft" x="10" y="{base}">{tally.matched} matched, {said}</text>'
        f'<path class="line" d="M{_LEFT} {base}h{_WIDTH}"/><path class="value" d="{values}"/>'
        f'<path class="refused" d="{refused}"/>{dots}\n'
    )


def _recordings(played: Sequence[Played], *, length_ns: int, height: int) -> Iterator[str]:
    for one in played:
        x = _x(one.begin_ns, length_ns)
        yield f'<path class="end" fill="none" d="M{x:.1f} 8V{height - 24}"/>'
        yield f'<text x="{x + 4:.1f}" y="18">{escape(one.recording.name)}</text>\n'


def _axis(length_ns: int, *, height: int) -> Iterator[str]:
    seconds = length_ns / 1e9
    step = next((step for step in _STEPS_S if seconds / step <= _TICKS), _STEPS_S[-1])
    for at_s in range(0, int(seconds) + 1, step):
        x = _x(round(at_s * 1e9), length_ns)
        yield f'<text class="soft" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{_clock(at_s)}</text>'


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"  # noqa: PLR2004 (an hour)
