"""The drawings in docs/life-cycles.md, made from the tables in the code; run as a program, it prints the page."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from askance.central import lifecycle as task
from askance.edge.store import lifecycle as capture
from askance.edge.sync import transfer

HEAD: Final = """# Life cycles

Drawn from the tables in the code by `tests/support_diagrams.py`; a test compares. The theory stands above each table.
"""

Table = Mapping[tuple[Enum, Enum], Enum]


def diagram(table: Table, *, start: Enum) -> str:
    """Write a transition table as a Mermaid state diagram; moves between the same two states share an arrow."""
    arrows: dict[tuple[Enum, Enum], list[str]] = {}
    for (before, event), after in table.items():
        arrows.setdefault((before, after), []).append(event.name.lower())
    lines = [f"    [*] --> {start.name}"]
    lines += [f"    {before.name} --> {after.name}: {', '.join(events)}" for (before, after), events in arrows.items()]
    ends = set(table.values()) - {before for before, _ in table}
    lines += [f"    {end.name} --> [*]" for end in sorted(ends, key=lambda state: state.name)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def page() -> str:
    """Return the whole page."""
    sections: list[tuple[str, Any, Enum]] = [
        ("A captured frame on the device: `edge/store/lifecycle.py`", capture.TRANSITIONS, capture.State.PENDING),
        ("A frame under way: `edge/sync/transfer.py`", transfer.TRANSITIONS, transfer.Phase.WAITING),
        ("A task in the queue: `central/lifecycle.py`", task.TRANSITIONS, task.State.OPEN),
    ]
    drawn = [f"\n## {title}\n\n{diagram(table, start=start)}\n" for title, table, start in sections]
    return HEAD + "".join(drawn)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 (its output is the page)
