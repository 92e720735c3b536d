"""Objects keep their ids through what cameras and detectors do, and nothing makes the memory grow."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.camera_motion import shifted
from askance.edge.track import IDS, TrackMemory, TrackSection, follow
from askance.edge.view import NOBODY
from support_follow import CAR, FRAME_NS, PERSON, SECOND_NS, Object, ids, person, seen

TEN_YEARS_NS = 10 * 365 * 86_400 * SECOND_NS

objects = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 100), st.integers(0, 20), st.sampled_from([PERSON, CAR])),
    max_size=12,
    unique_by=lambda each: each[:2],
).map(lambda each: [(float(left), float(top), score / 20, label) for left, top, score, label in each])


def test_an_object_has_its_id_from_the_first_sighting() -> None:
    memory, first = follow(TrackMemory(), seen(person(0), person(200)), at_ns=0)
    _, second = follow(memory, seen(person(5), person(190)), at_ns=FRAME_NS)

    assert [0, 1] == first.tolist() == second.tolist()
    assert np.int32 == first.dtype


def test_a_candidate_that_is_not_reported_begins_nothing() -> None:
    assert [[NOBODY]] == ids([seen(person(0, score=0.4))])


def test_an_object_that_scores_too_little_is_kept_by_its_candidate() -> None:
    scores = (0.9, 0.3, 0.15, 0.3, 0.8)

    assert [[0]] * 5 == ids([seen(person(10 * number, score=score)) for number, score in enumerate(scores)])


def test_a_candidate_below_the_low_threshold_keeps_nothing() -> None:
    assert [[0], [NOBODY]] == ids([seen(person(0)), seen(person(0, score=0.09))])


def test_a_candidate_that_is_not_reported_has_to_overlap_more() -> None:
    assert [[0], [0]] == ids([seen(person(0)), seen(person(25))])
    assert [[0], [NOBODY]] == ids([seen(person(0)), seen(person(25, score=0.4))])


def test_a_reported_candidate_comes_before_one_that_fits_better() -> None:
    assert [[0], [0, NOBODY]] == ids([seen(person(0)), seen(person(10, score=0.9), person(0, score=0.4))])


def test_how_often_a_track_was_seen_is_counted_also_where_it_was_not_reported() -> None:
    memory, one = TrackMemory(), seen(person(0, score=0.3), person(0, 300, score=0.05))
    for number, found in enumerate([seen(person(0)), one, seen(), one]):
        memory, _ = follow(memory, found, at_ns=number * FRAME_NS)

    assert [3, 0] == memory.sightings.tolist()
    assert [3] == [track.sightings for track in memory.tracks]


@pytest.mark.parametrize("every_ns", [33_000_000, 100_000_000])
def test_objects_that_cross_keep_their_ids(every_ns: int) -> None:
    """Two walk towards each other in neighbouring lanes, and for a while cover half of each other."""
    steps = np.arange(0, 4, every_ns / SECOND_NS) * 60
    frames = [seen(person(step), person(240 - step, 18)) for step in steps]

    assert [[0, 1]] * len(frames) == ids(frames, every_ns=every_ns)


def test_an_object_that_was_hidden_comes_back_with_its_id() -> None:
    """At 80 pixels a second, half a second takes it past its own width: it is sought where it must have come."""
    steps = np.arange(0, 3, 0.1) * 80
    frames = [seen() if 15 <= number < 20 else seen(person(step)) for number, step in enumerate(steps)]

    assert [[0]] * 15 + [[]] * 5 + [[0]] * 10 == ids(frames, every_ns=SECOND_NS // 10)


def test_the_memory_says_who_is_hidden_and_where() -> None:
    memory = TrackMemory()
    for number in range(10):
        memory, _ = follow(memory, seen(person(8.0 * number)), at_ns=number * FRAME_NS)
    memory, _ = follow(memory, seen(), at_ns=10 * FRAME_NS)
    (track,) = memory.tracks

    assert (0, PERSON, 1, FRAME_NS, 10) == (track.id, track.label_id, track.misses, track.away_ns, track.sightings)
    assert pytest.approx([20 + 80, 20, 40, 40], abs=1) == track.place
    assert pytest.approx([40, 0, 0, 0], abs=3) == track.velocity


@pytest.mark.parametrize(
    ("gap_ns", "missed", "after"),
    [
        pytest.param(SECOND_NS, 4, 0, id="a second"),
        pytest.param(SECOND_NS + 1, 3, 1, id="more, and three frames"),
        pytest.param(60 * SECOND_NS, 2, 0, id="a minute, and two frames"),
        pytest.param(300 * SECOND_NS, 0, 0, id="five minutes"),
        pytest.param(300 * SECOND_NS + 1, 0, 1, id="more than five minutes"),
        pytest.param(TEN_YEARS_NS, 0, 1, id="ten years"),
    ],
)
def test_an_object_that_was_away_for_too_long_and_too_many_frames_is_another(
    gap_ns: int, missed: int, after: int
) -> None:
    memory, _ = follow(TrackMemory(), seen(person(0)), at_ns=5)
    for number in range(1, missed + 1):
        memory, _ = follow(memory, seen(), at_ns=5 + gap_ns * number // (missed + 1))
    _, tracks = follow(memory, seen(person(0)), at_ns=5 + gap_ns)

    assert [after] == tracks.tolist()


def test_another_scene_begins_anew_and_no_id_comes_twice() -> None:
    memory, _ = follow(TrackMemory(), seen(person(0)), at_ns=0)
    memory, tracks = follow(memory, seen(person(0)), at_ns=FRAME_NS, camera=None)

    assert [1] == tracks.tolist() == [track.id for track in memory.tracks]


@pytest.mark.parametrize("back_ns", [1, TEN_YEARS_NS])
def test_when_time_goes_backwards_everything_begins_anew_but_the_ids(back_ns: int) -> None:
    memory, _ = follow(TrackMemory(), seen(person(0)), at_ns=TEN_YEARS_NS)
    memory, back = follow(memory, seen(person(0)), at_ns=TEN_YEARS_NS - back_ns)
    _, later = follow(memory, seen(person(0)), at_ns=TEN_YEARS_NS - back_ns + FRAME_NS)

    assert [1] == back.tolist() == later.tolist()


def test_two_frames_of_the_same_time_are_followed() -> None:
    assert [[0], [0]] == ids([seen(person(0)), seen(person(3))], every_ns=0)


def test_an_object_whose_class_switches_stays_one_track() -> None:
    labels = [CAR, PERSON, CAR]

    assert [[0]] * 3 == ids([seen((5.0 * number, 0, 0.9, label)) for number, label in enumerate(labels)])


def test_what_passes_and_is_something_else_gets_a_track_of_its_own() -> None:
    assert [[0], [1]] == ids([seen((0, 0, 0.9, CAR)), seen((16, 0, 0.9, PERSON))])
    assert [[0], [0]] == ids([seen((0, 0, 0.9, CAR)), seen((16, 0, 0.9, CAR))])


def test_of_two_boxes_on_one_object_each_keeps_its_label() -> None:
    one, other = seen((0, 0, 0.9, CAR), (2, 0, 0.8, PERSON)), seen((2, 0, 0.9, CAR), (0, 0, 0.8, PERSON))

    assert [[0, 1]] * 4 == ids([one, other, one, other])


def test_the_label_of_a_track_is_the_one_that_was_reported() -> None:
    memory, _ = follow(TrackMemory(), seen(person(0)), at_ns=0)
    memory, _ = follow(memory, seen((0, 0, 0.4, CAR)), at_ns=1)

    assert [PERSON] == [track.label_id for track in memory.tracks]


def test_a_pan_is_no_motion_of_what_is_seen() -> None:
    memory, first = follow(TrackMemory(), seen(person(0), person(60)), at_ns=0)
    panned = seen(person(60), person(120))
    _, blind = follow(memory, panned, at_ns=FRAME_NS)
    following, told = follow(memory, panned, at_ns=FRAME_NS, camera=shifted(60, 0))

    assert [0, 1] == first.tolist() == told.tolist()
    assert [1, 2] == blind.tolist()
    assert pytest.approx([0.0] * 8, abs=1e-6) == [pace for track in following.tracks for pace in track.velocity]


def test_a_box_without_area_belongs_to_no_track() -> None:
    assert [[NOBODY]] == ids([seen(person(0), side=0)])


def test_no_more_tracks_are_remembered_than_allowed_and_those_seen_last_stay() -> None:
    section = TrackSection(most_tracks=3)
    memory, _ = follow(TrackMemory(), seen(*(person(100.0 * each) for each in range(2))), at_ns=0, section=section)
    memory, _ = follow(memory, seen(person(200), person(100)), at_ns=1, section=section)
    memory, tracks = follow(memory, seen(person(300)), at_ns=2, section=section)
    assert [3] == tracks.tolist()
    assert [3, 1, 2] == [track.id for track in memory.tracks]

    crowd = seen(*(person(100.0 * each, 500, 0.95 - each / 100) for each in range(5)), person(100, score=0.6))
    memory, tracks = follow(memory, crowd, at_ns=3, section=section)
    assert [4, 5, NOBODY, NOBODY, NOBODY, 1] == tracks.tolist()
    assert [1, 4, 5] == [track.id for track in memory.tracks]


def test_of_too_many_candidates_the_reported_and_the_best_take_part() -> None:
    memory, _ = follow(TrackMemory(), seen(person(0), person(100), person(200)), at_ns=0)
    candidates = seen(person(0, score=0.45), person(100, score=0.4), person(200, score=0.6))
    _, tracks = follow(memory, candidates, at_ns=1, section=TrackSection(most_candidates=2))

    assert [0, NOBODY, 2] == tracks.tolist()


def test_a_thousand_candidates_are_followed_as_far_as_they_take_part() -> None:
    many = [person(50.0 * (each % 40), 50.0 * (each // 40), 1 - each / 2000) for each in range(1000)]
    memory, first = follow(TrackMemory(), seen(*many), at_ns=0)
    memory, second = follow(memory, seen(*many), at_ns=FRAME_NS)

    assert [*range(200), *[NOBODY] * 800] == first.tolist() == second.tolist()
    assert 200 == len(memory.tracks)


def test_after_the_last_id_comes_the_first() -> None:
    _, tracks = follow(TrackMemory(next_id=IDS - 1), seen(person(0), person(100)), at_ns=0)

    assert [IDS - 1, 0] == tracks.tolist()


def test_a_memory_is_never_written_to() -> None:
    memory, _ = follow(TrackMemory(), seen(person(0), person(100)), at_ns=0)
    before = memory.table.tobytes()
    one = follow(memory, seen(person(4)), at_ns=FRAME_NS)
    other = follow(memory, seen(person(4)), at_ns=FRAME_NS)

    assert before == memory.table.tobytes()
    assert one[0].table.tobytes() == other[0].table.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        memory.table[:] = 0


@given(st.lists(objects, min_size=1, max_size=6))
def test_no_id_comes_twice_in_a_frame_and_every_reported_object_has_one(frames: list[list[Object]]) -> None:
    section = TrackSection(most_tracks=20)
    memory = TrackMemory()
    for number, found in enumerate(frames):
        frame = seen(*found)
        memory, tracks = follow(memory, frame, at_ns=number * FRAME_NS, section=section)
        given_ids = [track for track in tracks.tolist() if track != NOBODY]

        assert len(set(given_ids)) == len(given_ids)
        assert (tracks[frame.reported] != NOBODY).all()
        assert set(given_ids) <= {track.id for track in memory.tracks if track.misses == 0}
        assert len(memory.tracks) <= 20
        assert len({track.id for track in memory.tracks}) == len(memory.tracks)


@given(objects, objects, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_is_of_no_consequence(
    first: list[Object], second: list[Object], chance: Random
) -> None:
    memory, _ = follow(TrackMemory(), seen(*first), at_ns=0)
    order = list(range(len(second)))
    chance.shuffle(order)
    straight, tracks = follow(memory, seen(*second), at_ns=FRAME_NS)
    shuffled, others = follow(memory, seen(*(second[index] for index in order)), at_ns=FRAME_NS)

    assert tracks[order].tolist() == others.tolist()
    assert straight.table.tobytes() == shuffled.table.tobytes()
