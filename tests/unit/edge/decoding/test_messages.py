"""Jobs and messages come back from their lines as they went in."""

import pytest

from askance.edge.decoding.address import Kind
from askance.edge.decoding.messages import (
    Ended,
    Failed,
    Job,
    Message,
    Opened,
    Unreadable,
    read_job,
    read_message,
    write_job,
    write_message,
)


@pytest.mark.parametrize(
    "message", [Opened(), Unreadable(7, "a\nb: \u00fc"), Ended(250, 3), Failed("gone")], ids=lambda m: type(m).__name__
)
def test_a_message_is_one_line_and_comes_back(message: Message) -> None:
    line = write_message(message)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert message == read_message(line)


def test_a_job_is_one_line_and_comes_back() -> None:
    job = Job(Kind.NETWORK, "rtsp://a:b\n@c", 2.5, 7, open_timeout_s=10, read_timeout_s=3, max_side=4096)
    line = write_job(job)

    assert line.count(b"\n") == 1
    assert job == read_job(line)
    assert read_job(line).kind is Kind.NETWORK
