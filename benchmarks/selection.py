"""How many of the detector's errors each strategy finds in a share of the frames, on labelled photos.

    python benchmarks/selection.py                                              the shipped model, coco128 val
    python benchmarks/selection.py --package tests/cards/yolox-nano-coco.yaml   a card whose file lies in the assets
    python benchmarks/selection.py --photos FOLDER --labels FOLDER_OR_JSON      other labelled frames
    python benchmarks/selection.py --labels dataset                 the folder or file that `askance queue export` wrote
    python benchmarks/selection.py --second-look "{mirror: false}" --other tests/cards/yolox-nano-coco.yaml
    python benchmarks/selection.py --sequence coco.json --fps 5                 frames in their order

An error is a false positive or a missed object at an IoU of a half and the model's report threshold. Every figure is
the mean over seeds; a seed decides which of equally valued frames are taken, what ``random`` takes, and where ``every
k-th`` begins. The intervals are those of a paired bootstrap over the photos. Where train photos are given, or
errors.yaml beside the card is missing or was fitted after other looks than those asked for, one is fitted on the train
photos and kept in build/errors. No model is ever fitted on what is scored here: the command refuses that, of a file
that is fitted already as far as it says on which photos.
"""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import yaml
from packages import find_package
from report import columns
from selecting.fitted import fitted, keep_apart
from selecting.frames import in_sequence, labelled, look
from selecting.listing import Stamp, coco_file, listed
from selecting.measures import Figures, Pool, Vector, differences, mean_figures
from selecting.sequence import read_sequence
from selecting.strategies import AGAIN, MINE, OURS, score

from askance import shipped
from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import ModelCard
from askance.edge.score.error_model import ERRORS, ErrorModel, load_errors
from askance.errors import AskanceError
from askance.labels import LabelMap
from askance.models.photos import find_photos
from askance.models.truth import Truth

CHECKOUT = Path(__file__).parents[1]
SHARES = (0.05, 0.1, 0.2)
HEADROOM = 0.9
YIELD = 1.35
YIELD_AT = 1


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print the tables, and save what was asked for."""
    options = _arguments(argv)
    names = LabelMap.load(shipped.folder("config") / "labels.yaml")
    package = find_package(options.package, assets=options.assets)
    detector = Detector(package, names, section=DetectorSection())
    with closing(Lane()) as lane:
        second = _second(detector, options, names=names, lane=lane)
        truth, stamps = _truth(package.card, options, names=names)
        model = _errors(detector, second, options=options, names=names, scored=truth)
        frames = look(detector, truth, second=second)
    if stamps is not None:
        frames = in_sequence(frames, stamps)
    pool = Pool(
        errors=np.array([frame.mistakes.count for frame in frames], np.float64),
        missed=np.array([frame.mistakes.missed for frame in frames], np.float64),
        seconds=np.array([frame.seconds for frame in frames]),
        hashes=np.array([frame.dhash for frame in frames], np.uint64),
    )
    strategies: dict[str, Vector | None] = dict(
        score(frames, errors=model, names={int(label.id): label.name for label in names.labels})
    )
    known = {"oracle by errors": pool.errors, "oracle by errors a second": pool.errors / pool.seconds}
    figures = {
        name: [mean_figures(scores, pool, share=share, seeds=options.seeds) for share in SHARES]
        for name, scores in (strategies | known).items()
    }
    gaps = _compare(strategies, pool, rounds=options.rounds)
    print(
        f"{package.card.name}, report threshold {model.report:g}: {pool.errors.sum():.0f} errors in {len(pool)} photos"
    )
    print(f"error model: {model.fitted_on}\n\n{_table(figures)}\n")
    print(*(f"{_gaps(mine, over)}\n" for mine, over in gaps.items()), _verdict(figures), sep="\n")
    if options.json is not None:
        rows = {name: [asdict(each) for each in row] for name, row in figures.items()}
        said = {"model": package.card.name, "photos": len(pool), "errors": pool.errors.sum(), "shares": SHARES}
        text = json.dumps({**said, "strategies": rows, "lift_over": gaps}, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.plot is not None:
        from selecting.drawing import draw  # noqa: PLC0415 (slow to import, and wanted by this option alone)

        draw(figures, SHARES, bar=HEADROOM, file=options.plot)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="errors found by each strategy of selection, on labelled photos")
    parser.add_argument(
        "--package",
        type=Path,
        default=shipped.folder("models") / DetectorSection().model,
        help="a folder with a card and its file, or a card whose file lies in the assets",
    )
    parser.add_argument(
        "--photos", type=Path, help="labelled photos to score on; default: those of --labels, or coco128 val"
    )
    parser.add_argument(
        "--labels", type=Path, help="their labels: a YOLO folder, a COCO file, or the folder of an export"
    )
    parser.add_argument(
        "--sequence", type=Path, help="labelled frames in order: a COCO file, an export, or a folder with masks"
    )
    parser.add_argument(
        "--fps", type=float, default=10.0, help="frames a second of a sequence that does not say when; default: 10"
    )
    looks = "keys of the section second_look, as YAML; default: 2 x 2 tiles, as an agent; {tiles: null}: none"
    parser.add_argument("--second-look", default="{}", help=looks)
    parser.add_argument("--other", type=Path, action="append", default=[], help="a card of another model that looks")
    parser.add_argument(
        "--train-photos", type=Path, help="labelled photos to fit on; default: see --errors, or coco128 train"
    )
    parser.add_argument("--train-labels", type=Path, help="their labels")
    parser.add_argument("--errors", type=Path, help=f"an error model; default: {ERRORS} beside the card, or fitted")
    parser.add_argument("--seeds", type=int, default=20, help="of what chance decides; default: 20")
    parser.add_argument("--rounds", type=int, default=1000, help="of the bootstrap; default: 1000")
    parser.add_argument("--json", type=Path, help="save the figures here")
    parser.add_argument("--plot", type=Path, help="save a picture here")
    assets = os.environ.get("ASKANCE_TEST_ASSETS", CHECKOUT.parent / "shared" / "assets")
    parser.add_argument("--assets", type=Path, default=Path(assets), help="folder of test assets")
    return _whole(parser, parser.parse_args(argv))


def _whole(parser: argparse.ArgumentParser, options: argparse.Namespace) -> argparse.Namespace:
    """Fill in which photos, and which labels of them; a COCO file lists its photos itself."""
    if options.labels is not None:
        file = coco_file(options.labels)
        options.photos, options.labels = options.photos or file, file or options.labels
    options.takes_ready = options.train_photos is None
    if options.errors is not None and not options.takes_ready:
        parser.error("--errors is fitted already: leave it out, or --train-photos")
    for photos, labels, split in (("photos", "labels", "val2017"), ("train_photos", "train_labels", "train2017")):
        if (getattr(options, photos) is None) != (getattr(options, labels) is None):
            parser.error(f"--{photos} and --{labels} go together".replace("_", "-"))
        if getattr(options, photos) is None:
            setattr(options, photos, options.assets / "images/coco128/images" / split)
            setattr(options, labels, options.assets / "images/coco128/object_detection/labels" / split)
    return options


def _second(detector: Detector, options: argparse.Namespace, *, names: LabelMap, lane: Lane) -> SecondLook | None:
    """Build what looks again; None: nobody does."""
    section = SecondLookSection.model_validate(yaml.safe_load(options.second_look))
    cards = [find_package(path, assets=options.assets) for path in options.other]
    others = [Detector(package, names, section=DetectorSection()) for package in cards]
    second = SecondLook(detector, section, others=others, lane=lane)
    return second if second.looks else None


def _errors(
    detector: Detector, second: SecondLook | None, *, options: argparse.Namespace, names: LabelMap, scored: Truth
) -> ErrorModel:
    if options.errors is not None:
        return keep_apart(load_errors(options.errors, sha256=detector.info.sha256), scored, file=options.errors)
    photos, labels, kept = options.train_photos, options.train_labels, CHECKOUT / "build" / "errors"
    ready = detector.model.package.folder / ERRORS if options.takes_ready else None
    return fitted(detector, second, names=names, photos=photos, labels=labels, ready=ready, scored=scored, kept=kept)


def _truth(card: ModelCard, options: argparse.Namespace, *, names: LabelMap) -> tuple[Truth, Sequence[Stamp] | None]:
    """Read what is labelled, and when it was taken; None: in no order."""
    if options.sequence is not None:
        return read_sequence(options.sequence, card=card, names=names, fps=options.fps)
    photos = listed(options.photos) if options.photos.is_file() else find_photos(options.photos)
    return labelled(photos, labels=options.labels, card=card, names=names), None


def _table(figures: Mapping[str, Sequence[Figures]]) -> str:
    """Write lift, headroom and yield at every budget, and objects and copies at each."""
    shares = [f"{100 * share:g} %" for share in SHARES]
    titles = ["strategy", *(f"{what} {share}" for share in shares for what in ("lift", "headroom", "yield"))]
    titles += [f"missed {share}" for share in shares] + [f"copies {share}" for share in shares]
    rows = [
        [
            name,
            *(f"{value:.2f}" for each in row for value in (each.lift, each.headroom, each.gain)),
            *(f"{each.missed:.0f}" for each in row),
            *(f"{each.copies:.2f}" for each in row),
        ]
        for name, row in figures.items()
    ]
    return columns([titles, *rows])


def _compare(
    strategies: Mapping[str, Vector | None], pool: Pool, *, rounds: int
) -> dict[str, dict[str, list[tuple[float, float, float]]]]:
    """Hold each of ours that there is against all others."""
    return {
        mine: differences(strategies, pool, ours=mine, shares=SHARES, rounds=rounds)
        for mine in (OURS, AGAIN)
        if mine in strategies
    }


def _gaps(mine: str, gaps: Mapping[str, Sequence[tuple[float, float, float]]]) -> str:
    titles = [f"lift of {mine} over", *(f"{100 * share:g} %: mean [95 % interval]" for share in SHARES)]
    rows = [
        [name, *(f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]" for mean, low, high in row)] for name, row in gaps.items()
    ]
    return columns([titles, *rows])


def _verdict(figures: Mapping[str, Sequence[Figures]]) -> str:
    ours = figures[OURS]
    rivals = [row for name, row in figures.items() if not name.startswith((*MINE, "oracle"))]
    lines: list[tuple[str, float, float]] = []
    for mine in (name for name in (OURS, AGAIN) if name in figures):
        row = figures[mine]
        lines += [
            (f"headroom at {100 * share:g} %, {mine}", each.headroom, HEADROOM)
            for share, each in zip(SHARES, row, strict=True)
        ]
        lines.append((f"yield at {100 * SHARES[YIELD_AT]:g} %, {mine}", row[YIELD_AT].gain, YIELD))
        lines += [
            (
                f"lift at {100 * share:g} %, {mine}; the rivals'",
                each.lift,
                max(other[place].lift for other in rivals),
            )
            for place, (share, each) in enumerate(zip(SHARES, row, strict=True))
        ]
    lines += [
        (f"lift at {100 * share:g} % after a second look, that before", after.lift, before.lift)
        for share, after, before in zip(SHARES, figures.get(AGAIN, ()), ours, strict=False)
    ]
    return columns(
        [(what, f"{got:.3f}", f">= {bar:.3f}", "met" if got >= bar else "MISSED") for what, got, bar in lines]
    )


if __name__ == "__main__":
    try:
        main()
    except AskanceError as error:
        raise SystemExit(error.advice) from error
