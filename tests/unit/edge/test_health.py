"""Counters, signs of life and trouble, from any thread."""

import threading

import pytest

from askance.edge.health import NEWS, Health


def test_counts_from_many_threads_add_up() -> None:
    health = Health()

    def count() -> None:
        for _ in range(1000):
            health.count("seen")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"seen": 4000} == health.vitals().counts


def test_a_part_without_a_sign_of_life_is_silent_until_it_retires() -> None:
    health = Health()
    health.beat("pipeline", 10.0)
    health.beat("courier", 50.0)

    assert ("pipeline",) == health.vitals().silent(60.0, longer_than_s=30, elsewhere={})
    assert () == health.vitals().silent(60.0, longer_than_s=30, elsewhere={"pipeline": 40.0, "nobody": 0.0})
    health.retire("pipeline")
    health.retire("nobody")
    assert () == health.vitals().silent(60.0, longer_than_s=30, elsewhere={})


def test_trouble_is_news_once_and_its_end_too() -> None:
    health = Health()
    health.trouble("broker", None)
    health.trouble("broker", "away")
    health.trouble("broker", "away")

    assert ([("broker", "away")], []) == (health.news(), health.news())
    assert {"broker": "away"} == health.vitals().trouble
    health.trouble("broker", None)
    assert [("broker", None)] == health.news()
    assert {} == health.vitals().trouble


def test_a_failure_is_trouble_until_the_same_goes_well() -> None:
    health = Health()
    with health.enduring(OSError, "delivery"):
        raise OSError("no space")
    assert {"delivery": "no space"} == health.vitals().trouble

    with health.enduring(OSError, "delivery"):
        pass
    assert {} == health.vitals().trouble


def test_another_failure_is_not_endured() -> None:
    health = Health()

    with pytest.raises(ValueError, match="ours"), health.enduring(OSError, "delivery"):
        raise ValueError("a mistake of ours")
    assert {} == health.vitals().trouble


def test_news_that_nobody_asks_for_is_bounded() -> None:
    health = Health()
    for number in range(3 * NEWS):
        health.trouble("broker", str(number))

    assert NEWS == len(health.news())


def test_vitals_do_not_change_under_the_readers_eyes() -> None:
    health = Health()
    before = health.vitals()

    health.count("seen")

    assert {} == before.counts


def test_trouble_does_not_tell_the_login_of_a_camera() -> None:
    health = Health()
    health.trouble("camera gate", "away: rtsp://viewer:s3cret@camera/live")

    assert {"camera gate": "away: rtsp://***@camera/live"} == health.vitals().trouble
    assert [("camera gate", "away: rtsp://***@camera/live")] == health.news()
