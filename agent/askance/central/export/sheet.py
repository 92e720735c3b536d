"""One HTML page that shows frames with their boxes and the reasons in words; it needs nothing but itself."""

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from askance.central.devices import Account
from askance.central.export.style import STYLE
from askance.central.tasks import Task, utc
from askance.drawing import POLICY, Look, draw
from askance.wire.capture import Manifest, Reason, Role
from askance.wire.identity import Sha256

_POINTED_AT: Final = 3  # objects emphasised for each reason: twenty labels on a thumbnail say nothing


class Shown(NamedTuple):
    """One frame on the page.

    Attributes:
        manifest: the frame's own words.
        sha256: address of its envelope.
        task: its place in the queue; None: it is in none.
        taken: when, in words; None: as the manifest has it.
    """

    manifest: Manifest
    sha256: Sha256
    task: Task | None = None
    taken: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the frames.

    Attributes:
        counts: of frames, by what is counted and its name.
        accounts: the ledger of every device.
        notes: what is to be known beside, a sentence each.
    """

    counts: Mapping[str, Mapping[str, int]]
    accounts: Sequence[Account] = ()
    notes: Sequence[str] = ()


def write_queue(
    path: Path, tasks: Sequence[Task], *, accounts: Sequence[Account], look: Look, jpeg: Callable[[Sha256], bytes]
) -> None:
    """Write the page for tasks, in their order, see ``write``."""
    counts = {
        "state": Counter(str(task.state) for task in tasks),
        "arm": Counter(str(task.manifest.arm) for task in tasks),
        "rule": Counter(reason.rule for task in tasks for reason in task.manifest.reasons),
    }
    shown = [Shown(task.manifest, task.sha256, task) for task in tasks]
    write(path, shown, head=Head(counts, accounts), look=look, jpeg=jpeg)


def write(path: Path, frames: Sequence[Shown], *, head: Head, look: Look, jpeg: Callable[[Sha256], bytes]) -> None:
    """Write the page for frames, in their order.

    Args:
        path: the file; it appears only when it is complete.
        frames: them, the most valuable first.
        head: what stands above them.
        look: colours and skeletons of the labels.
        jpeg: gives an envelope's image.

    Raises:
        StoreError: an image is not in the blobs.
    """
    written = path.with_name(f"{path.name}.part")
    with written.open("w", encoding="utf-8") as file:
        file.writelines(page(frames, head=head, look=look, jpeg=jpeg))
    written.replace(path)


def page(frames: Sequence[Shown], *, head: Head, look: Look, jpeg: Callable[[Sha256], bytes]) -> Iterator[str]:
    """Yield the page piece by piece, one image in memory at a time.

    Raises:
        StoreError: an image is not in the blobs.
    """
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Askance: {len(frames)} frames</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    yield _header(len(frames), head)
    yield '<main class="frames">\n'
    for rank, frame in enumerate(frames, start=1):
        yield _card(frame, rank, look=look, jpeg=jpeg(frame.sha256))
    yield "</main>\n</body>\n</html>\n"


def _header(frames: int, head: Head) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in head.notes)
    return (
        f'<header>\n<h1>Askance <span class="count">{frames} frames, the most valuable first</span></h1>\n'
        f'<dl class="counts">{"".join(_counts(name, counts) for name, counts in head.counts.items())}</dl>\n'
        f"{_ledger(head.accounts)}{f'<ul>{notes}</ul>' if notes else ''}"
        '<div class="legend"><span class="key claim">reported</span><span class="key hint">below the threshold</span>'
        '<span class="key doubt">what a reason points at</span>'
        '<label><input type="checkbox" id="hints"> show every candidate below the threshold</label></div>\n</header>\n'
    )


def _counts(name: str, counts: Mapping[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda each: -each[1])
    values = " ".join(f"<span>{escape(key)} <b>{n}</b></span>" for key, n in ranked)
    return f"<div><dt>{name}</dt><dd>{values}</dd></div>" if values else ""


def _ledger(accounts: Sequence[Account]) -> str:
    """Show the equation captured = stored + pending + evicted + quarantined for every device."""
    if not accounts:
        return ""
    rows = "".join(
        f"<tr><th>{escape(one.device)}</th><td>{one.captured}</td><td>{one.stored}</td><td>{one.pending}</td>"
        f"<td>{one.evicted}</td><td>{one.quarantined}</td><td>{one.received}</td>"
        f'<td class="{"bad" if one.unaccounted else "good"}">{one.unaccounted}</td></tr>'
        for one in accounts
    )
    return (
        '<table class="ledger"><thead><tr><th>device</th><th>captured</th><th>= stored</th><th>+ pending</th>'
        "<th>+ evicted</th><th>+ quarantined</th><th>received here</th><th>unaccounted</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>\n"
    )


def _card(frame: Shown, rank: int, *, look: Look, jpeg: bytes) -> str:
    manifest, task = frame.manifest, frame.task
    around = "context" if manifest.role is Role.CONTEXT else ""
    state, number = (around, "") if task is None else (task.state, f"task {task.id}, ")
    reasons = "".join(_reason(reason) for reason in manifest.reasons)
    ratio = manifest.image.width / manifest.image.height
    image = base64.b64encode(jpeg).decode()
    return (
        f'<article class="frame" id="f{rank}">\n<div class="picture"><div class="stage" style="--ratio:{ratio:.4f}">'
        f'<img alt="frame {escape(manifest.frame_id)}" src="data:image/jpeg;base64,{image}">'
        f'{_drawing(frame, look)}</div><a class="open" href="#f{rank}" title="larger"></a>'
        '<a class="close" href="#overview" title="back">&times;</a></div>\n'
        f'<div class="facts"><div class="line"><span class="value" title="value">{manifest.value:.2f}</span>'
        f'<span class="arm">{escape(manifest.arm)}{_probability(manifest)}</span>'
        f'<span class="state {state}">{state}</span></div>\n'
        f'<ul class="reasons">{reasons}</ul>\n'
        f'<p class="origin">{escape(manifest.device)} / {escape(manifest.camera)}'
        f" &middot; {_time(frame)}{_around(manifest)}"
        f' &middot; <span class="id">{number}{escape(manifest.frame_id)}</span></p></div>\n</article>\n'
    )


def _reason(reason: Reason) -> str:
    return (
        f'<li><span class="meter"><i style="width:{reason.value * 100:.0f}%"></i></span>'
        f"<b>{escape(reason.rule)}</b> {escape(reason.text)}</li>"
    )


def _probability(manifest: Manifest) -> str:
    return "" if manifest.inclusion_probability is None else f" p={manifest.inclusion_probability:.3g}"


def _time(frame: Shown) -> str:
    manifest = frame.manifest
    if frame.taken is not None:
        return escape(frame.taken)
    taken = utc(manifest.taken.wall_ms)
    if taken is None:
        return f"{manifest.taken.monotonic_ns / 1e9:.1f} s after its start"
    return f'<time title="clock: {manifest.taken.clock}">{taken:%Y-%m-%d %H:%M:%S} UTC</time>'


def _around(manifest: Manifest) -> str:
    """Name the frame that a context frame was kept for."""
    return "" if manifest.group is None else f' &middot; around <span class="id">{escape(manifest.group)}</span>'


def _drawing(frame: Shown, look: Look) -> str:
    """Draw what the labeler answered, or else what the device saw, with what its reasons point at on top."""
    manifest, image = frame.manifest, frame.manifest.image
    answer = None if frame.task is None else frame.task.answer
    reasons = manifest.reasons if answer is None else ()
    doubted = {index for reason in reasons for index in reason.objects[:_POINTED_AT]}
    shown = manifest.annotations if answer is None else answer
    return draw(shown, (image.width, image.height), look=look, doubted=doubted)
