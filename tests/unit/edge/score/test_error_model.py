"""An error model turns statistics into a number of errors, and belongs to one model file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.error_model import ERRORS, MOST, ErrorModel, load_errors
from askance.edge.score.statistics import NAMES, TOGETHER
from askance.errors import ConfigError

SHA = "ab" * 32
FIRST, REST = NAMES[0], len(NAMES) - 1
MODEL = ErrorModel(
    names=NAMES,
    means=(1.0, *[0.0] * REST),
    scales=(0.5, *[1.0] * REST),
    coefficients=(0.25, *[0.0] * REST),
    intercept=1.0,
    sha256=SHA,
    report=0.5,
    floor=0.05,
    fitted_on="made data",
)


def written(folder: Path, **changes: object) -> Path:
    terms = {name: {"mean": 0.0, "scale": 1.0, "coefficient": 0.0} for name in NAMES}
    terms[FIRST] = {"mean": 1.0, "scale": 0.5, "coefficient": 0.25}
    document: dict[str, Any] = {"sha256": SHA, "report": 0.5, "floor": 0.05, "fitted_on": "made data"}
    path = folder / ERRORS
    path.write_text(yaml.safe_dump({**document, "intercept": 1.0, "terms": terms, **changes}))
    return path


def test_the_number_follows_the_formula() -> None:
    vector = np.zeros(len(NAMES))
    vector[0] = np.e**2 - 1
    assert MODEL.expected(vector) == pytest.approx(np.exp(1 + 0.25 * (2 - 1) / 0.5))


def test_a_scene_unlike_all_others_does_not_run_away() -> None:
    vector = np.zeros(len(NAMES))
    vector[0] = 1e300
    assert MODEL.expected(vector) == pytest.approx(np.exp(1 + 0.25 * 4))
    assert replace(MODEL, intercept=1000.0).expected(vector) == pytest.approx(MOST)
    assert replace(MODEL, intercept=-1000.0).expected(vector) == pytest.approx(1e-3)


@given(st.lists(st.floats(0, 1e9), min_size=len(NAMES), max_size=len(NAMES)), st.floats(-50, 50))
def test_the_number_is_finite_whatever_the_frame(values: list[float], coefficient: float) -> None:
    model = replace(MODEL, coefficients=tuple([coefficient] * len(NAMES)))
    assert 0 < model.expected(np.array(values)) <= MOST * (1 + 1e-9)


@pytest.mark.parametrize(
    "changes",
    [{"names": NAMES[:-1]}, {"means": (0.0,)}, {"scales": (0.0, *[1.0] * REST)}],
    ids=["names", "lengths", "scale"],
)
def test_a_model_is_born_whole(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        replace(MODEL, **changes)


def test_a_file_becomes_the_model_that_it_describes(tmp_path: Path) -> None:
    assert load_errors(written(tmp_path), sha256=SHA) == MODEL


def again(**changes: object) -> dict[str, Any]:
    """A block for frames that were looked at again."""
    terms = {name: {"mean": 0.0, "scale": 1.0, "coefficient": 0.0} for name in TOGETHER}
    return {"looks": {"tiles": "2 x 2", "other": SHA}, "intercept": 2.0, "terms": terms, **changes}


def test_a_block_for_frames_that_were_looked_at_again_becomes_a_model_of_its_own(tmp_path: Path) -> None:
    model = load_errors(written(tmp_path, again=again()), sha256=SHA)

    assert model.again is not None
    assert replace(model, again=None) == MODEL
    assert model.again.expected(np.zeros(len(TOGETHER))) == pytest.approx(np.exp(2.0))
    assert ({"tiles": "2 x 2", "other": SHA}, None) == (model.again.looks, model.again.again)
    assert (MODEL.sha256, MODEL.report, MODEL.floor) == (model.again.sha256, model.again.report, model.again.floor)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"terms": {}}, f"not the statistics of this version: .*{FIRST}", id="statistics"),
        pytest.param({"looks": {}}, "looks", id="no look"),
    ],
)
def test_a_wrong_block_is_refused_in_words(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_errors(written(tmp_path, again=again(**changes)), sha256=SHA)


def test_another_model_files_errors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="belongs to another model file: expected sha256 cdcd") as caught:
        load_errors(written(tmp_path), sha256="cd" * 32)
    assert "askance models fit" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"terms": {}}, f"not the statistics of this version: .*{FIRST}", id="statistics"),
        pytest.param({"floor": 2}, "floor", id="bound"),
        pytest.param({"flor": 0.1}, "unknown key: flor", id="key"),
        pytest.param({"intercept": "nan"}, "intercept", id="number"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_errors(written(tmp_path, **changes), sha256=SHA)


def test_a_missing_file_is_refused_with_the_way_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read") as caught:
        load_errors(tmp_path / ERRORS, sha256=SHA)
    assert "askance models fit" in (caught.value.hint or "")


def test_the_shipped_file_belongs_to_the_shipped_model(checkout: Path) -> None:
    folder = checkout / "models" / "ssdlite-mobilenet-v2-coco"
    card = yaml.safe_load((folder / "card.yaml").read_text())
    model = load_errors(folder / ERRORS, sha256=card["sha256"])
    assert (model.report, model.floor) == (0.5, 0.05)
