"""`askance rules`: check capture rules, replay them over recordings, compare them."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from askance.cli.centre import writing
from askance.cli.tables import echo_table

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from askance.edge.config import EdgeConfig
    from askance.edge.rules import Policy
    from askance.labels import LabelMap
    from askance.replay import Reel, Replay, Take

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_RECORDINGS: Final = click.argument(
    "recordings", metavar="VIDEO_OR_FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
_MODEL: Final = click.option("--model", type=click.Path(path_type=Path), help="Folder of the model, or an ONNX file.")
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_CONFIG: Final = click.option(
    "--config", "config_path", type=_FILE, help="A device's configuration: its gate, detector and labels."
)
_FPS: Final = click.option(
    "--fps", type=click.FloatRange(min=0, min_open=True, max=120), help="Frames a second to look at; pace of a folder."
)
_SEED: Final = click.option("--seed", type=int, default=0, show_default=True, help="Of the random arm's lottery.")
_SHOWN_EVERY_S: Final = 0.5


@click.group()
def rules() -> None:
    """Capture rules: check them, replay them over recordings, compare."""


@rules.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option("--labels", type=_FILE, help="Label map.  [default: the shipped one]")
@_MODEL
@_JSON
def check(files: tuple[Path, ...], *, labels: Path | None, model: Path | None, as_json: bool) -> None:
    """Read the rule files FILE... as a device does, and show what they say.

    With --model it is also said which signals that model cannot give: conditions on these never hold.

    \b
    Examples:
      askance rules check config/rules/default.yaml
      askance rules check own.yaml --labels labels.yaml --model models/own
    """
    from askance.edge.parts import read_labels, today
    from askance.edge.rules import load_rules
    from askance.replay import rulebook, runner

    config = _configured(None, model=model, labels=labels)
    known = read_labels(config)
    policy = load_rules(files, labels=known)
    signals = None if model is None else runner.read_evidence(config, known)
    lines = rulebook.describe(policy, {label.id: label.name for label in known.labels}, signals=signals)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    echo_table([rulebook.TITLES, *(line.row for line in lines)])
    for rule in policy.expired(today()):
        click.echo(f"rule {rule}: it has expired, and never holds", err=True)
    for line in lines:
        for signal in line.without_evidence:
            click.echo(f"rule {line.rule}: the model gives no evidence for {signal}: it never holds", err=True)


@rules.command()
@_RECORDINGS
@click.option(
    "--rules", "files", type=_FILE, multiple=True, help="Rule file; may be repeated.  [default: the configuration's]"
)
@_CONFIG
@_MODEL
@_FPS
@_SEED
@click.option("--out", type=click.Path(path_type=Path), help="Folder for sheet.html, timeline.svg and report.json.")
@_JSON
def replay(
    recordings: tuple[Path, ...],
    *,
    files: tuple[Path, ...],
    config_path: Path | None,
    model: Path | None,
    fps: float | None,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run the device's own pipeline over recordings, as fast as it goes, and say what each rule costs.

    Recordings play one after the other, on their own clock. Rates per hour and day are those of the recordings, as far
    as the budgets go. The columns after `kept` say why a rule did not pay for a frame that it matched.
    Figures marked `would` are of a rule that only counts: what it would keep if it captured.

    \b
    Examples:
      askance rules replay street.mp4
      askance rules replay --rules own.yaml --config edge.yaml --fps 5 --out replay street.mp4 yard.mp4
    """
    from askance.edge.parts import read_labels, read_policy
    from askance.edge.rules import load_rules
    from askance.replay import report

    config = _configured(config_path, model=model)
    known = read_labels(config)
    policy = load_rules(files, labels=known) if files else read_policy(config, known)
    with _played(config, [policy], labels=known, recordings=recordings, fps=fps, seed=seed) as (replayed, reel):
        (take,) = replayed.takes
        (figures,) = replayed.report(reel)
        told = {"model": replayed.model, "seed": seed, "recordings": reel.facts(), **asdict(figures)}
        if out is not None:
            _write(out, take, labels=known, reel=reel, told=told)
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        echo_table([report.TITLES, *(rule.row for rule in figures.rules)])
        click.echo("\n".join(("", *figures.summary)))
    for note in figures.notes:
        click.echo(f"note: {note}", err=True)
    if out is not None:
        click.echo(f"wrote: {out}", err=True)


@rules.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_RECORDINGS
@_CONFIG
@_MODEL
@_FPS
@_SEED
@_JSON
def compare(
    old: Path,
    new: Path,
    *,
    recordings: tuple[Path, ...],
    config_path: Path | None,
    model: Path | None,
    fps: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """Replay the rule files OLD and NEW over the same frames, and say what changes; the detector runs once.

    \b
    Examples:
      askance rules compare config/rules/default.yaml own.yaml --fps 5 street.mp4
    """
    from askance.edge.parts import read_labels
    from askance.edge.rules import load_rules
    from askance.replay import comparison

    config = _configured(config_path, model=model)
    known = read_labels(config)
    policies = [load_rules([path], labels=known) for path in (old, new)]
    with _played(config, policies, labels=known, recordings=recordings, fps=fps, seed=seed) as (replayed, reel):
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


def _configured(config_path: Path | None, *, model: Path | None, labels: Path | None = None) -> "EdgeConfig":
    """Read a device's configuration, and put in what the command line says."""
    from askance import settings
    from askance.edge.config import EdgeConfig

    config = settings.load(EdgeConfig, config_path)
    if labels is not None:
        config = config.model_copy(update={"labels": labels})
    if model is None:
        return config
    place = model.absolute()
    detector = config.detector.model_copy(update={"models": place.parent, "model": place.name})
    return config.model_copy(update={"detector": detector})


@contextmanager
def _played(
    config: "EdgeConfig",
    policies: "Sequence[Policy]",
    *,
    labels: "LabelMap",
    recordings: Sequence[Path],
    fps: float | None,
    seed: int,
) -> "Generator[tuple[Replay, Reel]]":
    """Play the recordings through every set of rules; in the block the stores are still there."""
    from askance.edge.parts import share_the_cores
    from askance.replay import Reel, Replay

    share_the_cores()
    reel = Reel(recordings, fps=fps)
    with ExitStack() as resources:
        replayed = Replay(config, policies, labels=labels, seed=seed, resources=resources)
        with _progress(replayed) as tell:
            replayed.play(reel, tell=tell)
        yield replayed, reel


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


def _write(out: Path, take: "Take", *, labels: "LabelMap", reel: "Reel", told: Mapping[str, object]) -> None:
    from askance.drawing import Look
    from askance.replay import folder, timeline

    look = Look(colours=labels.colours, joints=labels.joints)
    with writing(out, option="--out"):
        folder.write(out, take.store, look=look, timeline=timeline.draw(take.account, reel.played), figures=told)
