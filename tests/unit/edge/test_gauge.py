"""Linux is asked how busy and how hot it is; what it does not say is not known."""

from pathlib import Path

from askance.edge.gauge import Gauge
from askance.edge.governor import Strain


def stat(folder: Path, text: str) -> None:
    (folder / "stat").write_text(f"{text}\ncpu0 1 2 3 4\n")


def sensor(folder: Path, number: int, text: str) -> None:
    (folder / f"thermal_zone{number}").mkdir()
    (folder / f"thermal_zone{number}" / "temp").write_text(text)


def test_busy_is_what_was_not_idle_since_the_last_reading(tmp_path: Path) -> None:
    stat(tmp_path, "cpu 100 0 100 700 100 0 0 0 50 0")
    gauge = Gauge(tmp_path, tmp_path)
    stat(tmp_path, "cpu 160 0 115 720 105 0 0 0 90 0")  # 100 more, 25 of them idle; guests are not counted twice

    assert Strain(0.75, None) == gauge.read()
    assert Strain(None, None) == gauge.read()


def test_the_hottest_sensor_that_makes_sense_counts(tmp_path: Path) -> None:
    for number, text in enumerate(["47000\n", "61500\n", "-274000\n", "999000\n", "no number"]):
        sensor(tmp_path, number, text)

    assert 61.5 == Gauge(tmp_path / "gone", tmp_path).read().celsius


def test_nothing_known_is_none(tmp_path: Path) -> None:
    stat(tmp_path, "cpu what")

    assert Strain(None, None) == Gauge(tmp_path, tmp_path).read()


def test_this_machine_tells_how_busy_it_is() -> None:
    gauge = Gauge()
    while (busy := gauge.read().busy) is None:
        pass

    assert 0.0 <= busy <= 1.0
