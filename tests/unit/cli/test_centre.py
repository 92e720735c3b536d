"""What the centre's commands work on, and what they say when it is out of order."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from askance import database
from askance.central.batch import Letter
from askance.central.config import CentralConfig
from askance.central.lifecycle import State
from askance.central.schema import create_catalog
from askance.central.tasks import Filter
from askance.cli import main
from askance.cli.centre import STATES, label_map, which, working
from askance.wire.topics import Up
from support_central import make_envelope, open_intake, topic


def test_a_choice_of_tasks_is_read_from_options() -> None:
    chosen = which(state="open", at_least=0.5, device="camera-1", limit=3)

    assert (State.OPEN, 0.5, "camera-1", 3) == (chosen.state, chosen.at_least, chosen.device, chosen.limit)
    assert Filter() == which(state=None, at_least=None, device=None, limit=None)


def test_the_states_offered_are_those_of_the_life_cycle() -> None:
    assert tuple(State) == STATES


def test_the_shipped_label_map_is_taken_when_none_is_named() -> None:
    assert "person" in [label.name for label in label_map(CentralConfig()).labels]


def test_the_queue_is_closed_behind_a_command(tmp_path: Path) -> None:
    create_catalog(tmp_path / "centre").close()
    (tmp_path / "central.yaml").write_text("storage: {path: centre}\n")

    with working(tmp_path / "central.yaml") as queue:
        assert queue.claim("ana") is None


Trouble = Callable[[Path], object]


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A folder with a configuration, two frames, and files and folders where commands stumble over them."""
    intake = open_intake(tmp_path / "centre")
    intake.take([Letter(topic(Up.FRAME), make_envelope(number)) for number in (1, 2)])
    intake._connection.close()
    (tmp_path / "central.yaml").write_text(yaml.safe_dump({"storage": {"path": "centre"}}))
    (tmp_path / "latin-1.json").write_bytes('[{"label": "Füße"}]'.encode("latin-1"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    return tmp_path


def whole(_centre: Path) -> None:
    """Nothing is out of order."""


def locked(centre: Path) -> sqlite3.Connection:
    other = sqlite3.connect(centre / "centre" / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def no_database(centre: Path) -> None:
    (centre / "centre" / "catalog.db").write_bytes(b"x" * 8192)


def only_begun(centre: Path) -> None:
    (centre / "centre" / "catalog.db").write_bytes(b"")


def torn(centre: Path) -> None:
    """The schema is there, and every other page is garbage."""
    path = centre / "centre" / "catalog.db"
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))


def change(statement: str) -> Trouble:
    def changed(centre: Path) -> None:
        with sqlite3.connect(centre / "centre" / "catalog.db") as connection:
            connection.execute(statement)
        connection.close()

    return changed


def no_blobs(centre: Path) -> None:
    (centre / "centre" / "blobs").rename(centre / "elsewhere")
    (centre / "centre" / "blobs").write_text("")


BROKEN_MANIFEST = change("UPDATE captures SET manifest = '{'")
BROKEN_STATE = change("UPDATE tasks SET state = 'opem'")
ACCEPT = ("queue", "submit", "token", "--annotations")
COCO = ("queue", "export", "--format", "coco", "--out")
SHEET = ("queue", "export", "--format", "sheet", "--out")
DAMAGED = "storage.path"


@pytest.mark.parametrize(
    ("trouble", "command", "code", "said", "hint"),
    [
        pytest.param(locked, ("queue", "claim", "--labeler", "ana"), os.EX_TEMPFAIL, "holds", "fuser", id="locked"),
        pytest.param(no_database, ("central", "status"), os.EX_IOERR, "not a database", DAMAGED, id="garbage-status"),
        pytest.param(no_database, ("queue", "ls"), os.EX_IOERR, "not a database", DAMAGED, id="garbage-ls"),
        pytest.param(no_database, ("queue", "claim", "--labeler", "a"), os.EX_IOERR, "damaged", DAMAGED, id="claim"),
        pytest.param(only_begun, ("central", "status"), os.EX_IOERR, "nothing is in", "try again", id="only-begun"),
        pytest.param(torn, ("central", "status"), os.EX_IOERR, "malformed", DAMAGED, id="torn-status"),
        pytest.param(torn, ("queue", "ls"), os.EX_IOERR, "malformed", DAMAGED, id="torn-ls"),
        pytest.param(BROKEN_MANIFEST, ("queue", "ls"), os.EX_IOERR, "damaged", DAMAGED, id="manifest-ls"),
        pytest.param(BROKEN_MANIFEST, (*COCO, "out"), os.EX_IOERR, "damaged", DAMAGED, id="manifest-export"),
        pytest.param(BROKEN_STATE, ("central", "status"), os.EX_IOERR, "opem", DAMAGED, id="state-status"),
        pytest.param(no_blobs, (*COCO, "out"), os.EX_IOERR, "cannot use the images", DAMAGED, id="blobs"),
        pytest.param(whole, (*ACCEPT, "latin-1.json"), os.EX_UNAVAILABLE, "utf-8", "UTF-8", id="latin-1"),
        pytest.param(whole, (*ACCEPT, "none.json"), os.EX_UNAVAILABLE, "No such file", "UTF-8", id="no-annotations"),
        pytest.param(
            whole, ("queue", "show", "1", "--image", "file/x.jpg"), os.EX_CANTCREAT, "Not a dir", "--image", id="image"
        ),
        pytest.param(whole, (*COCO, "file"), os.EX_CANTCREAT, "Not a directory", "--out", id="coco-file"),
        pytest.param(whole, (*COCO, "file/out"), os.EX_CANTCREAT, "Not a directory", "--out", id="coco-in-file"),
        pytest.param(whole, (*SHEET, "folder"), os.EX_CANTCREAT, "Is a directory", "--out", id="sheet-folder"),
        pytest.param(whole, (*SHEET, "none/x.html"), os.EX_CANTCREAT, "No such file", "--out", id="sheet-nowhere"),
        pytest.param(
            whole, (*SHEET, "/proc/askance.html"), os.EX_CANTCREAT, "cannot write /proc", "--out", id="no-permission"
        ),
    ],
)
def test_what_is_out_of_order_is_said_with_a_hint_and_an_exit_code(
    centre: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    trouble: Trouble,
    command: tuple[str, ...],
    code: int,
    said: str,
    hint: str,
) -> None:
    monkeypatch.chdir(centre)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    holder = trouble(centre)

    with pytest.raises(SystemExit) as ended:
        main([*command, "--config", "central.yaml"])

    assert code == ended.value.code
    words, _, advice = capfd.readouterr().err.partition("hint: ")
    assert said in words
    assert hint in advice
    if isinstance(holder, sqlite3.Connection):
        holder.close()
