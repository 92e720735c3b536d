"""A zone is a polygon of a camera's picture, or it is refused with its line."""

from pathlib import Path

import pytest

from askance.edge.rules.document import RuleFile
from askance.edge.rules.zoning import MAX_CORNERS, ZoneSection
from askance.errors import ConfigError
from askance.settings import Place, parse_document, validate

SQUARE = "[[0, 0.4], [1, 0.4], [1, 1], [0, 1]]"


def read(zone: str) -> ZoneSection:
    text = f"""version: 1
rules:
  - id: a
    when: {{entropy: {{at_least: 0.5}}}}
    zones:
      - camera: gate
        {zone}
"""
    return validate(RuleFile, parse_document(text, Place("r.yaml", 1, Path()))).rules[0].zones[0]


def test_a_zone_has_a_polygon_that_counts_or_one_that_does_not() -> None:
    whole = read(f"exclude: {SQUARE}")

    assert (whole.camera, whole.preset, whole.include) == ("gate", None, None)
    assert whole.exclude == ((0, 0.4), (1, 0.4), (1, 1), (0, 1))
    assert read(f"include: {SQUARE}").include == whole.exclude


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        pytest.param(
            "preset: home", "r.yaml:6: rules[0].zones[0]: expected at least one of include, exclude", id="no-polygon"
        ),
        pytest.param(
            "include: []", "r.yaml:7: rules[0].zones[0].include: a polygon has 3 corners or more, got 0", id="nothing"
        ),
        pytest.param(
            "include: [[0, 0], [1, 1]]",
            "r.yaml:7: rules[0].zones[0].include: a polygon has 3 corners or more, got 2",
            id="two",
        ),
        pytest.param(
            "include: [[0, 0], [640, 0], [640, 480]]",
            "corners are shares of the frame's width and height, from 0 to 1, got [640, 0]",
            id="pixels",
        ),
        pytest.param(
            "exclude: [[0, 0], [1, 1], [1, 0], [0, 1]]",
            "r.yaml:7: rules[0].zones[0].exclude: the polygon crosses itself at the edge from [0, 0] to [1, 1]",
            id="bow-tie",
        ),
        pytest.param(
            "include: [[0, 0], [0.5, 0.5], [1, 1]]",
            "r.yaml:7: rules[0].zones[0].include: the polygon has no area",
            id="line",
        ),
        pytest.param(
            f"include: {[[0, 0]] * (MAX_CORNERS + 1)}",
            "r.yaml:7: rules[0].zones[0].include: a polygon has at most 64 corners, got 65",
            id="many",
        ),
        pytest.param(
            "include: [[0, 0], [1], [1, 1]]", "r.yaml:7: missing key: rules[0].zones[0].include[1][1]", id="half"
        ),
        pytest.param(
            "include: [[0, 0], [.inf, 0], [1, 1]]",
            "r.yaml:7: rules[0].zones[0].include[1][0]: expected a finite number",
            id="infinite",
        ),
        pytest.param(f"includ: {SQUARE}", "r.yaml:7: unknown key: rules[0].zones[0].includ", id="typo"),
    ],
)
def test_a_zone_that_is_none_is_refused_with_its_line(zone: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(zone)
    assert message in str(caught.value)


def test_a_typo_gets_the_nearest_key() -> None:
    with pytest.raises(ConfigError) as caught:
        read(f"includ: {SQUARE}")
    assert caught.value.hint == "did you mean `include`? see `askance config schema rules`"
