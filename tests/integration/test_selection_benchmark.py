"""The selection benchmark: its arithmetic on made frames, and one run; how good a strategy is, is never asserted."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import selection
from packages import find_package
from selecting.frames import Looked, in_sequence, labelled, look
from selecting.listing import Stamp
from selecting.measures import Pool, differences, mean_figures, measure, pick
from selecting.strategies import AGAIN, CONTRADICTED, OURS, PER_SECOND, RANDOM, SPACED, TIMELY, rivals, score

from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.score.error_model import ErrorModel
from askance.edge.score.statistics import NAMES, TOGETHER
from askance.labels import LabelMap
from askance.models.mistakes import Mistakes
from askance.models.photos import find_photos
from support_looks import look as look_again
from support_looks import looked as looked_again
from support_models import convolutional, labelled_photos, write_package
from support_scenes import CAR, scene, still
from support_scenes import NAMES as NAMED
from support_tracks import Seen

POOL = Pool(
    errors=np.array([0.0, 4.0, 1.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    missed=np.array([0.0, 3.0, 1.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    seconds=np.array([5.0, 21.0, 9.0, 5.0, 45.0, 5.0, 5.0, 5.0, 5.0, 5.0]),
    hashes=np.array([0, 1, 2**20 - 1, 15, 31, 2**60, 2**61, 2**62, 2**63, 7], np.uint64),
)


def flat(names: tuple[str, ...], *, intercept: float = 0.0, looks: Mapping[str, str] | None = None) -> ErrorModel:
    return ErrorModel(
        names=names,
        means=tuple([0.0] * len(names)),
        scales=tuple([1.0] * len(names)),
        coefficients=tuple(1.0 if name == "entropy" else 0.0 for name in names),
        intercept=intercept,
        sha256="ab" * 32,
        report=0.5,
        floor=0.05,
        fitted_on="made data",
        looks=looks or {},
    )


FLAT = flat(NAMES)


def looked(*scores: float) -> Looked:
    return Looked(still(scene(*[(CAR, each) for each in scores])), Mistakes(0, 1), 2, 0, np.zeros((90, 160), np.uint8))


def test_figures_follow_their_definitions() -> None:
    got = measure(np.array([1, 3]), POOL)
    assert got.lift == pytest.approx(4 / 10 / 0.2)
    assert got.headroom == pytest.approx((2 - 1) / (4.5 - 1))
    assert got.gain == pytest.approx(4 / 26 / (10 / 110))
    assert (got.missed, got.copies) == (3, 0.5)


def test_the_oracle_has_all_the_headroom_and_everything_leaves_none() -> None:
    assert measure(np.array([4, 1]), POOL).headroom == pytest.approx(1.0)
    assert measure(np.arange(10), POOL).headroom == 1.0


def test_hashes_far_apart_are_no_copies() -> None:
    assert measure(np.array([0, 2]), POOL).copies == 0
    assert measure(np.array([0, 1, 3, 9]), POOL).copies == 0.75


def test_equal_scores_are_taken_by_chance_and_greater_ones_always() -> None:
    scores = np.array([0.0, 2.0, 1.0, 1.0, 1.0])
    taken = [
        frozenset(pick(scores, total=5, count=2, random=np.random.default_rng(seed)).tolist()) for seed in range(30)
    ]
    assert set(taken) == {frozenset({1, 2}), frozenset({1, 3}), frozenset({1, 4})}


def test_without_scores_frames_are_spaced_evenly() -> None:
    chosen = pick(None, total=100, count=5, random=np.random.default_rng(1))
    assert set(np.diff(chosen)) == {20}
    assert len(set(pick(None, total=7, count=5, random=np.random.default_rng(1)).tolist())) == 5


def test_the_mean_over_seeds_of_chance_is_one() -> None:
    chance = mean_figures(np.zeros(10), POOL, share=0.2, seeds=3000)
    assert chance.lift == pytest.approx(1.0, abs=0.1)
    assert chance.headroom == pytest.approx(0.0, abs=0.05)


def test_differences_are_paired() -> None:
    strategies = {OURS: POOL.errors, "same": POOL.errors, "chance": np.zeros(10)}
    gaps = differences(strategies, POOL, ours=OURS, shares=[0.2], rounds=200)
    assert list(gaps) == ["same", "chance"]
    assert gaps["same"] == [(0.0, 0.0, 0.0)]
    mean, low, high = gaps["chance"][0]
    assert low <= mean <= high
    assert mean > 1


def test_every_rival_scores_as_it_says() -> None:
    found = scene((CAR, 0.9), (CAR, 0.55), (CAR, 0.3), (CAR, 0.05))
    got = {name: rival(found) for name, rival in rivals(0.5).items()}
    assert [got[name] for name in (RANDOM, "count near threshold", "number of candidates")] == [0, 2, 4]
    assert got["lowest mean confidence"] == pytest.approx(-0.725)
    assert got["close to threshold (Roboflow's rule)"] == 1
    assert rivals(0.5)["close to threshold (Roboflow's rule)"](scene((CAR, 0.61))) == 0
    assert rivals(0.5)["lowest mean confidence"](scene((CAR, 0.4))) == -2
    assert rivals(0.5)["entropy, sum of top 20"](scene(*[(CAR, 0.5)] * 30)) == 20


def test_ours_come_first_and_labelling_time_counts() -> None:
    scored = score([looked(0.5), looked(0.5, 0.5, 0.5), looked()], errors=FLAT, names=NAMED)
    assert list(scored)[:3] == [OURS, PER_SECOND, SPACED]
    assert scored[SPACED] is None
    assert scored[OURS] == pytest.approx([2, 4, 1])
    assert scored[PER_SECOND] == pytest.approx([2 / 17, 4 / 33, 1 / 9])
    assert looked().seconds == 13


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return labelled_photos(tmp_path / "photos", 20)


def test_a_package_is_a_folder_or_a_card_whose_file_is_there(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "models" / "tiny", convolutional())
    assert find_package(folder, assets=tmp_path).card.name == "tiny"
    assert find_package(folder / "card.yaml", assets=tmp_path).folder == folder
    with pytest.raises(SystemExit, match="do not hold"):
        find_package(folder / "card.yaml", assets=tmp_path / "models")


def test_labelled_photos_are_looked_at_in_their_order(tmp_path: Path, checkout: Path, photos: Path) -> None:
    names = LabelMap.load(checkout / "config" / "labels.yaml")
    package = find_package(write_package(tmp_path / "tiny", convolutional()), assets=tmp_path)
    detector = Detector(package, names, section=DetectorSection(probe=False))
    frames = look(detector, labelled(find_photos(photos), labels=photos, card=package.card, names=names))
    assert [frame.objects for frame in frames] == [number % 3 for number in range(20)]
    assert len({frame.dhash for frame in frames}) == 20
    assert {()} == {frame.view.again for frame in frames}


def test_classes_that_nobody_has_looked_for_are_left_out_of_every_look(
    tmp_path: Path, checkout: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = LabelMap.load(checkout / "config" / "labels.yaml")
    package = find_package(write_package(tmp_path / "tiny", convolutional()), assets=tmp_path)
    detector = Detector(package, names, section=DetectorSection(probe=False))
    truth = labelled(find_photos(photos), labels=photos, card=package.card, names=names)
    cars = {photo: replace(objects, judged=np.array([2], np.intp)) for photo, objects in truth.items()}
    with closing(Lane()) as lane:
        second = SecondLook(detector, SecondLookSection(tiles=None, mirror=True), lane=lane)
        whole, some = (look(detector, each, second=second) for each in (truth, cars))

    seen = [{*frame.view.detections.label_ids, *frame.view.again[0].detections.label_ids} for frame in (*whole, *some)]
    assert {1, 3} == set().union(*seen[:20])
    assert {3} == set().union(*seen[20:])
    assert sum(frame.mistakes.count for frame in some) < sum(frame.mistakes.count for frame in whole)
    assert capsys.readouterr().err.count("judged: 1 of 2 classes") == 1


def test_frames_in_sequence_see_those_around_them_and_keep_what_further_looks_saw() -> None:
    again = look_again("tiles", Seen(score=0.75))
    frames = [replace(looked(0.9, 0.2), view=looked_again(scene((CAR, 0.9), (CAR, 0.2)), again)) for _ in range(5)]

    followed = in_sequence(frames, [Stamp("gate", number * 10**8) for number in range(5)])

    assert [0, 1, 2, 3, 4] == [len(frame.view.before) for frame in followed]
    assert [2, 2, 2, 1, 0] == [len(frame.view.after) for frame in followed]
    assert [(again,)] * 5 == [frame.view.again for frame in followed]
    assert 1 == len({track for frame in followed for track in frame.view.now.reports})
    assert TIMELY in score(followed, errors=FLAT, names=NAMED)


def test_frames_in_sequence_wait_and_are_followed_as_on_a_device() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2, 90, 160), np.uint8)
    frames = [replace(looked(0.9), tile=noise[cut]) for cut in (0, 0, 0, 1, 1)]

    followed = in_sequence(frames, [Stamp("gate", number * 3 * 10**9) for number in range(5)])

    around = [(len(each.view.before), len(each.view.after)) for each in followed]
    assert [(0, 0), (1, 1), (2, 0), (0, 1), (1, 0)] == around
    assert [0, 0, 0, 1, 1] == [track for each in followed for track in each.view.now.reports]


def test_frames_of_two_cameras_are_followed_apart() -> None:
    frames = [looked(0.9) for _ in range(4)]
    followed = in_sequence(frames, [Stamp(camera, at * 10**8) for at in (0, 1) for camera in ("gate", "yard")])
    assert [0, 1, 0, 1] == [len(frame.view.before) for frame in followed]


def test_a_second_look_has_its_rows_where_a_model_was_fitted_for_it() -> None:
    knowing = replace(FLAT, again=flat(TOGETHER, intercept=1.0, looks={"tiles": "2 x 2"}))
    frames = [
        replace(looked(0.5), view=looked_again(scene((CAR, 0.5)), look_again("tiles", *seen)))
        for seen in ([], [Seen(score=0.75)])
    ]

    scored = score(frames, errors=knowing, names=NAMED)

    assert {AGAIN, CONTRADICTED} <= set(scored)
    assert not {AGAIN, CONTRADICTED, TIMELY} & set(score(frames, errors=FLAT, names=NAMED))
    assert not {AGAIN, CONTRADICTED, TIMELY} & set(score([looked(0.5)], errors=knowing, names=NAMED))
    contradicted = scored[CONTRADICTED]
    assert contradicted is not None
    assert contradicted[0] < contradicted[1]
    assert scored[OURS] == pytest.approx([2, 2])
    assert scored[AGAIN] != pytest.approx(scored[OURS])


def test_a_run_prints_the_tables_and_saves_figures_and_picture(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_package(tmp_path / "tiny", convolutional())
    given, others = ["--photos", photos, "--labels", photos], labelled_photos(tmp_path / "others", 20)
    from askance.cli.fitting import fit  # noqa: PLC0415 (one test needs the command)

    words = [folder, "--photos", others, "--labels", others, "--variants", 0, "--second-look"]
    fit([str(word) for word in words], standalone_mode=False)
    saved, picture = tmp_path / "figures.json", tmp_path / "plots" / "figures.png"
    words = ["--package", folder, *given, "--rounds", 20, "--seeds", 3, "--json", saved, "--plot", picture]
    selection.main([str(word) for word in words])
    said = capsys.readouterr().out
    assert "headroom at 20 %" in said
    assert said.count(SPACED) == 3, "in the table, and against each of ours"
    figures = json.loads(saved.read_text())
    assert figures["photos"] == 20
    assert set(figures["lift_over"]) == {OURS, AGAIN}
    assert set(figures["strategies"]) >= {OURS, AGAIN, RANDOM, "oracle by errors"}
    assert picture.stat().st_size > 1000


def test_photos_without_labels_are_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        selection.main(["--photos", str(tmp_path)])
    assert ended.value.code == 2
