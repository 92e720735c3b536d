"""The child's way out: slots are waited for, frames wake the parent, messages are lines."""

import os
import threading
from pathlib import Path

from askance.edge.decoding.messages import Ended, read_message
from askance.edge.decoding.outlet import Outlet
from askance.edge.decoding.ring import RingReader, create


def test_a_frame_is_published_and_its_parent_woken(tmp_path: Path) -> None:
    memory, ready = create(), os.eventfd(0, os.EFD_NONBLOCK)
    says = os.open(tmp_path / "said", os.O_CREAT | os.O_RDWR)
    outlet, reader = Outlet(memory=memory, ready=ready, free=None, says=says), RingReader(memory)
    outlet.wait()
    outlet.begin(2, 3)[:] = 9
    outlet.publish(position=4, media_ns=5, monotonic_ns=outlet.beat())
    outlet.say(Ended(7, missing=0))

    shot = reader.read(0)
    assert shot is not None
    assert (shot.position, shot.media_ns, shot.monotonic_ns) == (4, 5, reader.beat_ns)
    assert os.eventfd_read(ready) == 1
    assert read_message((tmp_path / "said").read_bytes()) == Ended(7, missing=0)
    for descriptor in (memory, ready, says):
        os.close(descriptor)


def test_the_first_frame_is_wanted_and_then_one_for_all_wishes_since_the_last() -> None:
    memory, ready = create(), os.eventfd(0)
    outlet, reader = Outlet(memory=memory, ready=ready, free=None, says=1), RingReader(memory)

    assert [True, False] == [outlet.wanted(), outlet.wanted()]
    reader.want()
    reader.want()
    assert [True, False] == [outlet.wanted(), outlet.wanted()]
    for descriptor in (memory, ready):
        os.close(descriptor)


def test_a_slot_is_waited_for_and_kept_while_its_frame_is_unreadable() -> None:
    memory, ready, free = create(), os.eventfd(0), os.eventfd(1, os.EFD_SEMAPHORE)
    outlet = Outlet(memory=memory, ready=ready, free=free, says=1)
    outlet.wait()
    outlet.wait()  # nothing was published: the same slot
    outlet.begin(2, 3)
    outlet.publish(position=0, media_ns=0, monotonic_ns=0)
    waiting = threading.Thread(target=outlet.wait)
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()

    os.eventfd_write(free, 1)
    waiting.join(5)
    assert not waiting.is_alive()
    for descriptor in (memory, ready, free):
        os.close(descriptor)
