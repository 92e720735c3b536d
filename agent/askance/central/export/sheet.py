"""One HTML page that shows frames with their boxes and the reasons in words; it needs nothing but itself."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from askance.central.devices import Account
from askance.central.export.style import STYLE
from askance.central.tasks import Task, utc
from askance.drawing import POLICY, Look, draw
from askance.wire.capture import Manifest, Reason
from askance.wire.identity import Sha256

_POINTED_AT: Final = 3  # objects emphasised for each reason: twenty labels on a thumbnail say nothing


def write(
    path: Path, tasks: Sequence[Task], *, accounts: Sequence[Account], look: Look, jpeg: Callable[[Sha256], bytes]
) -> None:
    """Write the page for tasks, in their order.

    Args:
        path: the file; it appears only when it is complete.
        tasks: the frames, the most valuable first.
        accounts: the ledger of every device.
        look: colours and skeletons of the labels.
        jpeg: gives an envelope's image.

    Raises:
        StoreError: an image is not in the blobs.
    """
    written = path.with_name(f"{path.name}.part")
    with written.open("w", encoding="utf-8") as file:
        file.writelines(page(tasks, accounts=accounts, look=look, jpeg=jpeg))
    written.replace(path)


def page(
    tasks: Sequence[Task], *, accounts: Iterable[Account], look: Look, jpeg: Callable[[Sha256], bytes]
) -> Iterator[str]:
    """Yield the page piece by piece, one image in memory at a time.

    Raises:
        StoreError: an image is not in the blobs.
    """
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Askance: {len(tasks)} frames</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    yield _header(tasks, accounts)
    yield '<main class="frames">\n'
    for rank, task in enumerate(tasks, start=1):
        yield _card(task, rank, look=look, jpeg=jpeg(task.sha256))
    yield "</main>\n</body>\n</html>\n"


def _header(tasks: Sequence[Task], accounts: Iterable[Account]) -> str:
    rules = Counter(reason.rule for task in tasks for reason in task.manifest.reasons)
    arms = Counter(str(task.manifest.arm) for task in tasks)
    states = Counter(str(task.state) for task in tasks)
    return (
        f'<header>\n<h1>Askance <span class="count">{len(tasks)} frames, the most valuable first</span></h1>\n'
        f'<dl class="counts">{_counts("state", states)}{_counts("arm", arms)}{_counts("rule", rules)}</dl>\n'
        f"{_ledger(list(accounts))}"
        '<div class="legend"><span class="key claim">reported</span><span class="key hint">below the threshold</span>'
        '<span class="key doubt">what a reason points at</span>'
        '<label><input type="checkbox" id="hints"> show every candidate below the threshold</label></div>\n</header>\n'
    )


def _counts(name: str, counts: Counter[str]) -> str:
    values = " ".join(f"<span>{escape(key)} <b>{n}</b></span>" for key, n in counts.most_common())
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


def _card(task: Task, rank: int, *, look: Look, jpeg: bytes) -> str:
    manifest = task.manifest
    reasons = "".join(_reason(reason) for reason in manifest.reasons)
    ratio = manifest.image.width / manifest.image.height
    image = base64.b64encode(jpeg).decode()
    return (
        f'<article class="frame" id="f{rank}">\n<div class="picture"><div class="stage" style="--ratio:{ratio:.4f}">'
        f'<img alt="frame {escape(manifest.frame_id)}" src="data:image/jpeg;base64,{image}">'
        f'{_drawing(task, look)}</div><a class="open" href="#f{rank}" title="larger"></a>'
        '<a class="close" href="#overview" title="back">&times;</a></div>\n'
        f'<div class="facts"><div class="line"><span class="value" title="value">{manifest.value:.2f}</span>'
        f'<span class="arm">{escape(manifest.arm)}{_probability(manifest)}</span>'
        f'<span class="state {task.state}">{task.state}</span></div>\n'
        f'<ul class="reasons">{reasons}</ul>\n'
        f'<p class="origin">{escape(manifest.device)} / {escape(manifest.camera)} &middot; {_time(manifest)}'
        f' &middot; <span class="id">task {task.id}, {escape(manifest.frame_id)}</span></p></div>\n</article>\n'
    )


def _reason(reason: Reason) -> str:
    return (
        f'<li><span class="meter"><i style="width:{reason.value * 100:.0f}%"></i></span>'
        f"<b>{escape(reason.rule)}</b> {escape(reason.text)}</li>"
    )


def _probability(manifest: Manifest) -> str:
    return "" if manifest.inclusion_probability is None else f" p={manifest.inclusion_probability:.3g}"


def _time(manifest: Manifest) -> str:
    taken = utc(manifest.taken.wall_ms)
    if taken is None:
        return f"{manifest.taken.monotonic_ns / 1e9:.1f} s after its start"
    return f'<time title="clock: {manifest.taken.clock}">{taken:%Y-%m-%d %H:%M:%S} UTC</time>'


def _drawing(task: Task, look: Look) -> str:
    """Draw what the labeler answered, or else what the device saw, with what its reasons point at on top."""
    image = task.manifest.image
    reasons = task.manifest.reasons if task.answer is None else ()
    doubted = {index for reason in reasons for index in reason.objects[:_POINTED_AT]}
    shown = task.manifest.annotations if task.answer is None else task.answer
    return draw(shown, (image.width, image.height), look=look, doubted=doubted)
