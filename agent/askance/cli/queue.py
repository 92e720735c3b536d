"""`askance queue`: list, show, claim, submit, skip, release, reopen, count and export the frames that people label."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from askance.cli.centre import CONFIG, STATES, blobs, configured, label_map, opened, which, working, writing
from askance.cli.counts import counts
from askance.cli.export import export

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.central.tasks import Task
    from askance.labels import LabelMap
    from askance.wire.annotations import Annotation

_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def queue() -> None:
    """The labeling queue: what waits, who works on what, what comes out."""


@queue.command()
@CONFIG
@_JSON
@click.option("--state", type=click.Choice(STATES), help="Only tasks in this state.")
@click.option("--device", help="Only frames of this device.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
def ls(*, config_path: Path | None, as_json: bool, state: str | None, device: str | None, limit: int) -> None:
    """List tasks, the most valuable first.

    \b
    Examples:
      askance queue ls --limit 10
      askance queue ls --state done --json
    """
    from askance.central import tasks
    from askance.wire.text import printable

    with opened(config_path) as (_, connection):
        found = list(tasks.find(connection, which(state=state, at_least=None, device=device, limit=limit)))
    if as_json:
        click.echo(json.dumps([_facts(task) for task in found], indent=2))
        return
    for task in found:
        manifest = task.manifest
        click.echo(
            f"{task.id:>6}  {task.state:<8}{manifest.value:6.2f}  {manifest.frame_id}  {manifest.device}"
            f"/{manifest.camera}  {printable(manifest.reasons[0].text)}"
        )


@queue.command()
@CONFIG
@_JSON
@click.option("--image", type=click.Path(path_type=Path, dir_okay=False), help="Write the frame's JPEG to this file.")
@click.argument("key", metavar="TASK|FRAME")
def show(*, config_path: Path | None, as_json: bool, image: Path | None, key: str) -> None:
    """Show one task: the reasons, what the device saw, and what a labeler made of it.

    \b
    Examples:
      askance queue show 12 --json
      askance queue show 01J0000000000000000000000A --image frame.jpg
    """
    from askance.central import tasks

    with opened(config_path) as (config, connection):
        task = tasks.look_up(connection, key)
    if image is not None:
        jpeg = blobs(config).jpeg(task.sha256)
        with writing(image, option="--image"):
            image.write_bytes(jpeg)
    click.echo(json.dumps(_everything(task), indent=2) if as_json else _words(task))


@queue.command()
@CONFIG
@_JSON
@click.option("--labeler", required=True, help="Who will work on it.")
def claim(*, config_path: Path | None, as_json: bool, labeler: str) -> None:
    """Lease the most valuable open task; the token it prints submits, skips or releases it.

    \b
    Examples:
      askance queue claim --labeler NAME --json
    """
    from askance.errors import QueueError

    with working(config_path) as work:
        lease = work.claim(labeler)
    if lease is None:
        raise QueueError("no task is open", hint="see what is leased or parked: askance queue ls")
    if as_json:
        click.echo(json.dumps({"token": lease.token, "until": lease.until, "task": _everything(lease.task)}, indent=2))
    else:
        click.echo(f"token: {lease.token}")
        click.echo(_words(lease.task))


@queue.command()
@CONFIG
@click.argument("token")
@click.option("--annotations", type=click.Path(path_type=Path, dir_okay=False), help="JSON list of annotations.")
@click.option("--accept", is_flag=True, help="Confirm what the device reported.")
@click.option("--seconds", type=click.FloatRange(min=0), help="How long the work took.")
def submit(
    *, config_path: Path | None, token: str, annotations: Path | None, accept: bool, seconds: float | None
) -> None:
    """Settle a claimed task with annotations from a file, or with the device's own.

    \b
    Examples:
      askance queue submit TOKEN --accept --seconds 4
      askance queue submit TOKEN --annotations answer.json
    """
    from askance.central.tasks import accepted

    if accept == (annotations is not None):
        raise click.UsageError("give either --annotations FILE or --accept")
    drawn = None if annotations is None else _read(annotations, labels=label_map(configured(config_path)))
    with working(config_path) as work:
        answer = accepted(work.held(token).manifest) if drawn is None else drawn
        click.echo(f"done: task {work.submit(token, answer, seconds=seconds)} with {len(answer)} annotations")


@queue.command()
@CONFIG
@click.argument("token")
@click.option("--reason", required=True, help="Why it cannot or need not be labeled.")
def skip(*, config_path: Path | None, token: str, reason: str) -> None:
    """Settle a claimed task without an answer.

    \b
    Examples:
      askance queue skip TOKEN --reason "bad image"
    """
    with working(config_path) as work:
        click.echo(f"skipped: task {work.skip(token, reason=reason)}")


@queue.command()
@CONFIG
@click.argument("token")
def release(*, config_path: Path | None, token: str) -> None:
    """Hand a claimed task back, for somebody else.

    \b
    Examples:
      askance queue release TOKEN
    """
    with working(config_path) as work:
        click.echo(f"open again: task {work.release(token)}")


@queue.command()
@CONFIG
@click.argument("key", metavar="TASK|FRAME")
def reopen(*, config_path: Path | None, key: str) -> None:
    """Have a done, skipped or parked task done again.

    \b
    Examples:
      askance queue reopen 12
    """
    from askance.central import tasks

    with opened(config_path) as (_, connection):
        task = tasks.look_up(connection, key).id
    with working(config_path) as work:
        work.reopen(task)
    click.echo(f"open again: task {task}")


queue.add_command(counts)
queue.add_command(export)


def _read(path: Path, *, labels: "LabelMap") -> "tuple[Annotation, ...]":
    """Read a labeler's file.

    Raises:
        QueueError: it cannot be read, says something else, or names a label that the label map does not have.
    """
    from askance.central.tasks import check_labels, read_answer
    from askance.errors import QueueError

    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise QueueError(f"cannot read {path}: {error}", hint="give `--annotations` a JSON file in UTF-8") from error
    answer = read_answer(text)
    check_labels(answer, labels)
    return answer


def _facts(task: "Task") -> dict[str, Any]:
    """Say what a list says of a task."""
    manifest = task.manifest
    return {
        "task": task.id,
        "state": task.state,
        "value": manifest.value,
        "device": manifest.device,
        "camera": manifest.camera,
        "frame_id": manifest.frame_id,
        "arm": manifest.arm,
        "received_at": task.received_at,
        "labeler": task.labeler,
        "lease_until": task.lease_until,
        "expired": task.expired,
        "seconds": task.seconds,
        "skip_reason": task.skip_reason,
        "reasons": [reason.text for reason in manifest.reasons],
    }


def _everything(task: "Task") -> dict[str, Any]:
    answer = None if task.answer is None else [one.model_dump(mode="json") for one in task.answer]
    manifest = task.manifest.model_dump(mode="json")
    return _facts(task) | {"sha256": task.sha256, "manifest": manifest, "answer": answer}


def _words(task: "Task") -> str:
    from askance.drawing import describe
    from askance.wire.text import printable

    manifest = task.manifest
    lines = [
        f"task {task.id} is {task.state}" + ("" if task.labeler is None else f", {task.labeler}"),
        f"frame {manifest.frame_id} of {manifest.device}/{manifest.camera}, value {manifest.value:.2f}, {manifest.arm}",
        *(f"reason {reason.rule}: {reason.text}" for reason in manifest.reasons),
    ]
    for title, shown in (("device", manifest.annotations), ("labeler", task.answer or ())):
        lines += [f"{title}: {describe(one)}" for one in shown]
    return "\n".join(printable(line) for line in lines)
