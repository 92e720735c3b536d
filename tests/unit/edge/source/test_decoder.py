"""A child seen from its parent: it is waited for, heard, and gone after closing."""

import gc
import os
import resource
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from askance.edge.decoding.address import Kind
from askance.edge.decoding.messages import Ended, Message, Opened
from askance.edge.decoding.ring import AHEAD
from askance.edge.source.decoder import Decoder
from support_camera import children
from support_outlet import job
from support_polling import until


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def after_waiting(decoder: Decoder, condition: Callable[[], bool]) -> bool:
    """Wait on the decoder until the condition holds."""

    def look() -> bool:
        decoder.wait(0.1)
        return condition()

    return until(look)


def test_frames_stop_at_the_ring_until_slots_are_released(assets: Path) -> None:
    decoder = Decoder(job(Kind.FOLDER, assets / "video" / "crossing" / "img"))
    try:
        assert after_waiting(decoder, lambda: decoder.ring.published == AHEAD)
        decoder.wait(0.2)
        assert decoder.ring.published == AHEAD
        assert list(decoder.messages()) == [Opened()]

        decoder.release()
        assert after_waiting(decoder, lambda: decoder.ring.published == AHEAD + 1)
        assert not decoder.over
    finally:
        decoder.close()
    assert children(os.getpid()) == []


def test_a_child_that_has_ended_is_over_after_its_last_message(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"")
    decoder, heard = Decoder(job(Kind.FOLDER, tmp_path)), list[Message]()

    def over() -> bool:
        heard.extend(decoder.messages())
        return decoder.over

    try:
        assert after_waiting(decoder, over)
    finally:
        decoder.close()

    assert heard[0] == Opened()
    assert heard[-1] == Ended(1, missing=0)
    assert len(heard) == 3


def test_closing_leaves_no_descriptor_open(assets: Path) -> None:
    gc.collect()  # what an earlier test dropped is not closed between the two readings
    before = descriptors()
    Decoder(job(Kind.FOLDER, assets / "video" / "crossing" / "img")).close()

    assert before == descriptors()


@contextmanager
def at_most(descriptors: int) -> Generator[None]:
    """Let this process have so many descriptors more, for the block."""
    spare = os.dup(0)
    os.close(spare)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare + descriptors, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("left", range(6))
def test_one_that_cannot_be_started_leaves_no_descriptor_open(tmp_path: Path, left: int) -> None:
    gc.collect()
    before = descriptors()
    with at_most(left), pytest.raises(OSError, match="Too many open files"):
        Decoder(job(Kind.FOLDER, tmp_path))

    assert before == descriptors()
    assert children(os.getpid()) == []


def test_a_child_has_nothing_of_our_configuration_in_its_environment(
    assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKANCE__BROKER__PASSWORD", "s3cret")
    decoder = Decoder(job(Kind.FOLDER, assets / "video" / "crossing" / "img"))
    try:
        assert after_waiting(decoder, lambda: decoder.ring.published > 0)
        (child,) = children(os.getpid())
        assert b"ASKANCE__" not in Path(f"/proc/{child}/environ").read_bytes()
    finally:
        decoder.close()
