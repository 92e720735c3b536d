"""`askance rules replay` and `compare`: what rules would keep of recordings, and what other rules would change."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from askance.cli.centre import writing
from askance.cli.footage import CAMERAS, CONFIG, FILE, FPS, JSON, MODEL, POSES, RECORDINGS, configured, open_reel
from askance.cli.tables import echo_table

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.edge.config import EdgeConfig
    from askance.edge.rules import Policy
    from askance.labels import LabelMap
    from askance.replay import Reel, Replay, Take
    from askance.replay.report import Report

_SEED: Final = click.option("--seed", type=int, default=0, show_default=True, help="Of the random arm's lottery.")
_SHOWN_EVERY_S: Final = 0.5


@click.command()
@RECORDINGS
@click.option(
    "--rules", "files", type=FILE, multiple=True, help="Rule file; may be repeated.  [default: the configuration's]"
)
@CONFIG
@CAMERAS
@POSES
@MODEL
@FPS
@_SEED
@click.option("--out", type=click.Path(path_type=Path), help="Folder for sheet.html, timeline.svg and report.json.")
@JSON
def replay(  # noqa: PLR0913 (each is an option of the command)
    recordings: tuple[str, ...],
    *,
    files: tuple[Path, ...],
    config_path: Path | None,
    cameras: tuple[str, ...],
    poses: tuple[str, ...],
    model: Path | None,
    fps: float | None,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run the device's own pipeline over recordings, as fast as it goes, and say what each rule costs.

    Recordings play one after the other, on their own clock. Rates per hour and day are those of the recordings, as far
    as the budgets go. The columns after `kept` say why a rule did not pay for a frame that it matched. Figures marked
    `would` are of a rule that only counts: what it would keep if it captured.

    Zones are those of the camera and the pose that a recording is of: say which with --camera and --pose where its
    name and --config do not. Without them a recording is a camera of its own, for which nobody has drawn zones.

    \b
    Examples:
      askance rules replay street.mp4
      askance rules replay --rules own.yaml --camera gate --pose home street.mp4
      askance rules replay --rules own.yaml --config edge.yaml --fps 5 --out replay street.mp4 yard.mp4
    """
    from askance.edge.parts import read_labels, read_policy
    from askance.edge.rules import load_rules
    from askance.replay import folder, report

    config = configured(config_path, model=model)
    known = read_labels(config)
    policy = load_rules(files, labels=known) if files else read_policy(config, known)
    reel = open_reel(recordings, config, fps=fps, cameras=cameras, poses=poses)
    if out is not None:
        with writing(out, option="--out"):  # now, and not when all is played
            folder.make(out)
    with _played(config, [policy], labels=known, reel=reel, seed=seed) as replayed:
        (take,) = replayed.takes
        (figures,) = replayed.report(reel)
        told = {"model": replayed.model, "seed": seed, "recordings": reel.facts(), **asdict(figures)}
        if out is not None:
            _write(out, take, labels=known, reel=reel, figures=figures, told=told)
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        echo_table([report.TITLES, *(rule.row for rule in figures.rules)])
        click.echo("\n".join(("", *figures.summary)))
    for note in figures.notes:
        click.echo(f"note: {note}", err=True)
    if out is not None:
        click.echo(f"wrote: {out}", err=True)


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@RECORDINGS
@CONFIG
@CAMERAS
@POSES
@MODEL
@FPS
@_SEED
@JSON
def compare(  # noqa: PLR0913 (each is an option of the command)
    old: Path,
    new: Path,
    *,
    recordings: tuple[str, ...],
    config_path: Path | None,
    cameras: tuple[str, ...],
    poses: tuple[str, ...],
    model: Path | None,
    fps: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """Replay the rule files OLD and NEW over the same frames, and say what changes; the detector runs once.

    \b
    Examples:
      askance rules compare config/rules/default.yaml own.yaml --fps 5 street.mp4
      askance rules compare old.yaml new.yaml --config edge.yaml --camera gate street.mp4 --camera yard yard.mp4
    """
    from askance.edge.parts import read_labels
    from askance.edge.rules import load_rules
    from askance.replay import comparison

    config = configured(config_path, model=model)
    known = read_labels(config)
    policies = [load_rules([path], labels=known) for path in (old, new)]
    reel = open_reel(recordings, config, fps=fps, cameras=cameras, poses=poses)
    with _played(config, policies, labels=known, reel=reel, seed=seed) as replayed:
        before, after = (take.account.kept for take in replayed.takes)
        compared = comparison.compare(before, after, reports=replayed.report(reel))
    if as_json:
        click.echo(json.dumps(compared.json(), indent=2))
    else:
        echo_table([comparison.TITLES, *(change.row for change in compared.rules)])
        click.echo("\n".join(("", *compared.summary)))
    for name, each in (("old", compared.old), ("new", compared.new)):
        for note in each.notes:
            click.echo(f"note: {name}: {note}", err=True)


@contextmanager
def _played(
    config: "EdgeConfig",
    policies: "Sequence[Policy]",
    *,
    labels: "LabelMap",
    reel: "Reel",
    seed: int,
) -> "Generator[Replay]":
    """Play the recordings through every set of rules; in the block the stores are still there."""
    from askance.edge.parts import share_the_cores
    from askance.replay import Replay

    share_the_cores()
    with ExitStack() as resources:
        replayed = Replay(config, policies, labels=labels, seed=seed, resources=resources)
        with _progress(replayed) as tell:
            replayed.play(reel, tell=tell)
        yield replayed


@contextmanager
def _progress(replayed: "Replay") -> Generator[Callable[[], None]]:
    """Show on standard error how far it is: now and then on a terminal, and in any case at the end."""
    import sys
    import time

    begun = shown = time.monotonic()

    def line() -> str:
        seen = replayed.takes[0].account.seen
        kept = " and ".join(str(len(take.account.kept)) for take in replayed.takes)
        return f"{seen} frames, {seen / max(1e-9, time.monotonic() - begun):.0f} frames/s, {kept} kept"

    def tell() -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - shown >= _SHOWN_EVERY_S:
            shown = time.monotonic()
            click.echo(f"\r\033[K{line()}", nl=False, err=True)

    yield tell
    click.echo(f"\r\033[K{line()}" if sys.stderr.isatty() else line(), err=True)


def _write(
    out: Path, take: "Take", *, labels: "LabelMap", reel: "Reel", figures: "Report", told: Mapping[str, object]
) -> None:
    from askance.drawing import Look
    from askance.replay import folder, timeline

    look = Look(colours=labels.colours, joints=labels.joints)
    with writing(out, option="--out"):
        folder.write_sheet(out, take.store, look=look, figures=figures, played=reel.played)
        folder.write_figures(out, timeline=timeline.draw(take.account, reel.played), told=told)
