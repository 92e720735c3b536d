"""The programs' words on standard error, for people or as JSON."""

import json
import logging

import pytest

from askance.logs import JsonFormatter, TextFormatter, set_up
from askance.sections import LogSection


def test_a_record_is_one_json_object_in_one_line() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("two\nlines")
    failure = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("askance.x", logging.ERROR, "f", 1, "camera %s", ("gate",), failure)

    line = JsonFormatter().format(record)

    entry = json.loads(line)
    assert "\n" not in line
    assert ("error", "askance.x", "camera gate") == (entry["level"], entry["logger"], entry["message"])
    assert "ValueError: invalid literal" in entry["traceback"]


@pytest.mark.parametrize(("form", "starts"), [("text", "2"), ("json", "{")])
def test_only_the_level_asked_for_and_above_is_said(form: str, starts: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        set_up(LogSection.model_validate({"level": "warning", "form": form}))
        logging.getLogger("askance").info("quiet")
        logging.getLogger("askance").warning("loud")
    finally:
        logging.getLogger().handlers[:], logging.getLogger().level = before[0], before[1]

    said = capsys.readouterr().err
    assert "loud" in said
    assert "quiet" not in said
    assert said.startswith(starts)


@pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()], ids=["text", "json"])
def test_neither_a_message_nor_a_traceback_tells_the_login_of_a_camera(form: logging.Formatter) -> None:
    with pytest.raises(OSError, match="away") as caught:
        raise OSError("rtsp://viewer:s3cret@camera/live: away")
    failure = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "http://u:s3cret@h/?token=%s", ("t0k3n",), failure)

    said = form.format(record)

    assert "http://***@h/?token=***" in said
    assert "rtsp://***@camera/live: away" in said
    assert "s3cret" not in said.split("raise OSError")[0] + said.split("OSError: ")[-1]
