"""The child as a program: its job comes over standard input, and so does its end."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from askance.edge.decoding.address import Kind
from askance.edge.decoding.messages import Failed, Opened, read_message, write_job
from askance.edge.decoding.ring import create
from support_outlet import job


@contextmanager
def child() -> Generator[subprocess.Popen[bytes]]:
    shared = (create(), os.eventfd(0), os.eventfd(1, os.EFD_SEMAPHORE))
    command = [sys.executable, "-m", "askance.edge.decoding.child", *map(str, shared)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=shared) as process:
        yield process
    for descriptor in shared:
        os.close(descriptor)


def test_without_a_job_it_says_so() -> None:
    with child() as process:
        out, errors = process.communicate(b"", timeout=20)

    assert process.returncode == 1
    assert out == b""
    assert errors == b"no job on standard input\n"


def test_a_target_that_cannot_be_opened_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no video")
    with child() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(write_job(job(Kind.FILE, tmp_path / "clip.mp4")))
        process.stdin.flush()

        message = read_message(process.stdout.readline())
        assert message == Failed("not a video that can be decoded, or its index is damaged")
        assert process.wait(20) == 0


def test_the_end_of_its_input_ends_it_while_it_waits_for_a_slot(assets: Path) -> None:
    with child() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(write_job(job(Kind.FILE, assets / "video" / "bikes.mp4")))
        process.stdin.flush()
        assert read_message(process.stdout.readline()) == Opened()

        process.stdin.close()
        assert process.wait(5) == 0


def test_a_child_loads_what_it_decodes_with_and_nothing_else() -> None:
    loads = "import sys, askance.edge.decoding.child, askance.edge.decoding.reader; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True).stdout.split()

    assert {"cv2", "numpy"} <= set(loaded)
    assert not {"onnxruntime", "paho", "pydantic", "yaml"} & set(loaded)  # coverage itself loads sqlite3
