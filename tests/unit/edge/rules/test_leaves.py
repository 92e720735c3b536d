"""The leaves of a condition say what they may, with a message that says how to write it."""

from pathlib import Path

import pytest

from askance.edge.rules.document import RuleFile
from askance.edge.rules.leaves import Geofence, ReadingBand, Schedule
from askance.errors import ConfigError
from askance.settings import Place, parse_document, validate


def read(when: str) -> RuleFile:
    return validate(
        RuleFile, parse_document(f"version: 1\nrules:\n  - {{id: a, when: {{{when}}}}}\n", Place("r.yaml", 1, Path()))
    )


@pytest.mark.parametrize(
    ("when", "message"),
    [
        pytest.param(
            "near_threshold: {from: 0.6, to: 0.2}", "near_threshold: from (0.6) has to be below to (0.2)", id="band"
        ),
        pytest.param("novelty: {at_least: 0}", "novelty.at_least: expected greater than 0, got 0", id="no-novelty"),
        pytest.param(
            "schedule: {from: 06:00, to: 22:00}",
            'schedule.to: expected a time of day in quotes, "00:00" to "24:00": 1320',
            id="unquoted-time",
        ),
        pytest.param(
            'schedule: {from: "6:00"}',
            'schedule.from: expected a time of day in quotes, "00:00" to "24:00": \'6:00\'',
            id="short-time",
        ),
        pytest.param(
            'schedule: {to: "24:01"}',
            'schedule.to: expected a time of day in quotes, "00:00" to "24:00": \'24:01\'',
            id="after-the-day",
        ),
        pytest.param(
            'schedule: {from: "06:00", to: "06:00"}',
            "schedule: from (06:00) and to (06:00) leave no time; without both it is the whole day",
            id="no-time",
        ),
        pytest.param(
            'schedule: {from: "24:00", to: "06:00"}',
            "schedule: from (24:00) and to (06:00) leave no time; without both it is the whole day",
            id="begins-after-the-day",
        ),
        pytest.param("schedule: {days: []}", "schedule.days: expected at least 1 entry, got none", id="no-day"),
        pytest.param(
            "schedule: {days: [monday]}",
            "schedule.days[0]: expected 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', got 'monday'",
            id="day",
        ),
        pytest.param("signal: {name: speed}", "signal: expected at least one of above, below", id="no-limit"),
        pytest.param(
            "signal: {name: speed, above: 30, below: 5}",
            "signal: no number is above 30 and below 5; for outside a band write two in `any`",
            id="contradiction",
        ),
        pytest.param(
            "signal: {name: speed, above: 5, below: 5}", "signal: no number is above 5 and below 5", id="empty-band"
        ),
        pytest.param("signal: {name: speed, above: .nan}", "signal.above: expected a finite number", id="nan"),
        pytest.param('signal: {name: "", above: 1}', "signal.name: string should match pattern", id="no-name"),
        pytest.param(
            "geofence: {centre: [91, 0], within: 1km}",
            "geofence.centre[0]: expected less than or equal to 90",
            id="beyond-the-pole",
        ),
        pytest.param(
            "geofence: {centre: [0], within: 1km}", "missing key: rules[0].when.geofence.centre[1]", id="half-a-place"
        ),
        pytest.param(
            "geofence: {centre: [0, 0], within: 500}",
            "geofence.within: expected a number with a unit (m, km), e.g. 500m: 500",
            id="no-unit",
        ),
        pytest.param("geofence: {centre: [0, 0], within: 0m}", "geofence.within: expected greater than 0", id="no-way"),
        pytest.param("manual: {by: me}", "unknown key: rules[0].when.manual.by", id="manual"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(when: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(when)
    assert str(caught.value).startswith("r.yaml:3: ")
    assert message in str(caught.value)


def test_a_schedule_without_times_is_the_whole_day() -> None:
    schedule = read("schedule: {}").rules[0].when.schedule

    assert schedule == Schedule.model_validate({"from": "00:00", "to": "24:00"})


def test_a_place_and_a_band_are_read_with_their_units() -> None:
    fence = read("geofence: {centre: [52.5, 13.4], within: 1.5 km}").rules[0].when.geofence

    assert fence == Geofence.model_validate({"centre": (52.5, 13.4), "within": "1500m"})
    assert read("signal: {name: speed, below: 3}").rules[0].when.signal == ReadingBand(name="speed", below=3)
