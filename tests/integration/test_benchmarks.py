"""The benchmarks' arithmetic and their gauges; how fast anything is is never asserted."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import gauges
import pytest
from bench import ROWS
from cost import remembered
from growth import Reading, judge
from ratios import Result, Row, Sample, Verdict, collect
from report import document, table

from askance.edge.rules.scenes import MOST_SCENES, looks
from support_scenes import CAR, SIZE, scene

RATIO = Row("speed", "ours / other", "frames/s", 0.9, at_least=True)
SECONDS = Row("start", "ours", "s", 1.0)


def result(row: Row, *samples: Sample) -> Result:
    return Result(row, samples)


def test_a_row_is_the_median_of_its_rounds_ratios_not_the_ratio_of_medians() -> None:
    rounds = result(RATIO, Sample(9, 10), Sample(50, 100), Sample(30, 20))

    assert (0.9, 0.5, 1.5) == rounds.values
    assert 0.9 == rounds.median
    assert (30, 20) == (rounds.ours, rounds.other)


@pytest.mark.parametrize(
    ("row", "sample", "verdict"),
    [
        (RATIO, Sample(9, 10), Verdict.MET),
        (RATIO, Sample(8.9, 10), Verdict.MISSED),
        (SECONDS, Sample(1.0), Verdict.MET),
        (SECONDS, Sample(1.1), Verdict.MISSED),
        (replace(SECONDS, bar=None), Sample(99), Verdict.REPORTED),
    ],
)
def test_a_bar_is_met_when_the_median_reaches_it_or_stays_below(row: Row, sample: Sample, verdict: Verdict) -> None:
    assert verdict == result(row, sample).verdict


def test_the_cost_of_a_decision_is_measured_where_as_much_is_remembered_as_ever_is() -> None:
    (scenes,) = remembered([scene((CAR, 0.9)), scene((CAR, 0.8))]).scenes.values()

    assert MOST_SCENES == len(scenes.kept) == len({kept.looks.dhash for kept in scenes.kept})
    assert 0 < scenes.novelty(looks(scene((CAR, 0.9)), dhash="f" * 16, size=SIZE)) < 1


def test_nothing_is_divided_by_what_was_not_measured() -> None:
    with pytest.raises(ValueError, match="expected a figure above 0"):
        Sample(1, 0)


def test_rounds_are_gathered_by_row_in_the_rows_order() -> None:
    def rounds() -> Iterator[dict[str, Sample]]:
        yield {"start": Sample(0.5), "speed": Sample(1, 1)}
        yield {"start": Sample(0.7)}

    found = collect([RATIO, SECONDS, replace(RATIO, name="never")], rounds())

    assert [("speed", 1), ("start", 2)] == [(each.row.name, len(each.samples)) for each in found]


def test_the_table_says_figures_spread_bar_and_verdict() -> None:
    lines = table([result(RATIO, Sample(9, 10), Sample(12, 10)), result(SECONDS, Sample(1.25))]).splitlines()

    assert ["speed", "ours / other", "10.5 frames/s", "10 frames/s", "1.05", "0.9 .. 1.2", "2", ">= 0.9", "met"] == [
        cell.strip() for cell in lines[1].split("  ") if cell.strip()
    ]
    assert ["start", "ours", "1.25 s", "-", "1.25", "1.25 .. 1.25", "1", "<= 1", "missed"] == [
        cell.strip() for cell in lines[2].split("  ") if cell.strip()
    ]


def test_the_json_has_every_round_and_the_machine() -> None:
    said = document([result(RATIO, Sample(9, 10), Sample(12, 10))])

    assert isinstance(said["rows"], list)
    assert (0.9, 1.2) == said["rows"][0]["values"]
    assert isinstance(said["machine"], dict)
    assert cv2.__version__ == said["machine"]["opencv"]


def test_rows_have_names_of_their_own() -> None:
    assert len(ROWS) == len({row.name for row in ROWS})


def reading(passes: int, resident_mb: float) -> Reading:
    return Reading(passes=passes, seconds=passes / 100, resident_mb=resident_mb, threads=7, descriptors=17)


def test_what_grows_after_the_warm_up_is_seen_by_its_slope_and_its_most() -> None:
    series = [reading(passes, 100 + passes / 1000) for passes in range(0, 10_001, 1000)]

    grown = judge(series, "resident_mb", allowed=5)

    assert (101, 110, 110, False) == (grown.first, grown.last, grown.most, grown.flat)
    assert 1000 == pytest.approx(grown.slope)


def test_what_a_program_takes_while_it_warms_up_does_not_count() -> None:
    series = [reading(0, 50), *(reading(passes, 158 + passes % 2) for passes in range(1000, 9001, 999))]

    assert judge(series, "resident_mb", allowed=5).flat
    assert judge(series, "threads", allowed=0).flat


def test_a_series_that_is_too_short_is_not_judged() -> None:
    with pytest.raises(ValueError, match="at least two readings"):
        judge([reading(0, 1), reading(1000, 1)][:1], "threads", allowed=0)


BURN = (
    "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\nprint(flush=True)\ninput()\n"
)


def test_the_cpu_time_of_living_and_ended_children_counts_once() -> None:
    before = gauges.cpu_s()
    with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alive = gauges.cpu_s()
        assert child.pid in set(gauges.descendants(os.getpid()))
        child.communicate(b"\n")
    ended = gauges.cpu_s()

    assert alive - before >= 0.2
    assert 0 <= ended - alive < 0.2


def test_memory_threads_and_descriptors_are_the_kernels() -> None:
    held = gauges.descriptors()
    with Path("/dev/null").open():
        assert held + 1 == gauges.descriptors()
    assert 0 < gauges.resident_bytes() <= gauges.own_peak_bytes() <= gauges.peak_bytes()
    assert 1 <= gauges.threads()
    assert time.process_time() <= gauges.cpu_s()
