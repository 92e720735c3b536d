"""A running agent is spoken to, and where none is the command says what to do."""

import socket
from pathlib import Path

import pytest

from askance.edge.control import client
from askance.edge.control.address import short
from askance.edge.control.client import ask
from askance.edge.control.messages import Answer, AskWhy, Reasons, Request, read_request, write
from askance.errors import ControlError
from support_control import speaking

WHY = Request(why=AskWhy(last=3))


def refusal(folder: Path) -> ControlError:
    with pytest.raises(ControlError) as caught:
        ask(folder, WHY)
    return caught.value


def test_an_answer_comes_back_however_long_it_is(tmp_path: Path) -> None:
    heard: list[Request] = []
    answer = Answer(why=Reasons(decisions=(), ends={f"reason-{index}": index for index in range(100_000)}, rules={}))

    def reply(line: bytes) -> bytes:
        heard.append(read_request(line))
        return write(answer)

    with speaking(tmp_path, reply):
        assert answer == ask(tmp_path, WHY)
    assert [WHY] == heard


def test_an_error_is_raised_with_its_hint(tmp_path: Path) -> None:
    with speaking(tmp_path, lambda _line: write(Answer(error="no such camera: x", hint="there are gate"))):
        assert ("no such camera: x", "there are gate") == ((error := refusal(tmp_path)).args[0], error.hint)


@pytest.mark.parametrize("noise", [b"hello\n", b'{"from": "tomorrow"}\n', b"\n"])
def test_an_answer_of_another_version_is_said_to_be_one(tmp_path: Path, noise: bytes) -> None:
    with speaking(tmp_path, lambda _line: noise):
        assert "restart the agent" in str(refusal(tmp_path).hint)


def test_without_an_agent_it_says_how_to_start_one(tmp_path: Path) -> None:
    missing = refusal(tmp_path / "none")
    never = refusal(tmp_path)
    with socket.socket(socket.AF_UNIX) as killed, short(tmp_path) as address:
        killed.bind(address)
    stale = refusal(tmp_path)

    for error in (missing, never, stale):
        assert "no agent runs with the store" in str(error)
        assert "askance edge run" in str(error.hint)


def test_an_agent_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.05)
    with socket.socket(socket.AF_UNIX) as hung, short(tmp_path) as address:
        hung.bind(address)
        hung.listen()

        error = refusal(tmp_path)

    assert ("does not answer" in str(error), "journalctl" in str(error.hint)) == (True, True)
