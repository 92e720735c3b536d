"""The contact sheet: complete in itself, and nothing that a device says becomes markup."""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from askance.central.devices import Account
from askance.central.export import sheet
from askance.central.lifecycle import State
from askance.central.tasks import Task, TaskId
from askance.drawing import Look
from askance.wire.annotations import Annotation, Box, Origin
from askance.wire.capture import Role
from askance.wire.identity import Sha256
from support_central import DEVICE, HINT, PERSON, REASON, make_jpeg, make_manifest

ACCOUNT = Account(
    device=DEVICE,
    online=True,
    last_seen=0.0,
    captured=9,
    stored=5,
    pending=2,
    evicted=1,
    quarantined=0,
    received=5,
    unaccounted=1,
    trouble=(),
)


class Tags(HTMLParser):
    """Collects the tags in order, and insists that they close as they opened."""

    VOID = ("meta", "img", "input", "rect")

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag == name]


def make_task(
    *,
    annotations: tuple[Annotation, ...] = (PERSON, HINT),
    answer: tuple[Annotation, ...] | None = None,
    text: str = "why",
) -> Task:
    reason = REASON.model_copy(update={"text": text, "objects": (1,) if len(annotations) > 1 else ()})
    return Task(
        id=TaskId(1),
        state=State.OPEN if answer is None else State.DONE,
        manifest=make_manifest(annotations=annotations, reasons=(reason,)),
        sha256=Sha256("cd" * 32),
        received_at=0.0,
        labeler=None,
        lease_until=None,
        expired=0,
        seconds=None,
        skip_reason=None,
        answer=answer,
    )


def render(*tasks: Task) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.html"
        sheet.write_queue(path, tasks, accounts=[ACCOUNT], look=Look(), jpeg=lambda _: make_jpeg())
        return path.read_text()


def parse(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    tags.close()
    return tags


def test_a_frame_stands_there_with_its_boxes_value_and_reason() -> None:
    page = render(make_task(text="a car at 0.12"))
    tags = parse(page)

    assert {"viewbox": "0 0 64 48"}.items() <= tags.named("svg")[0].items()
    assert [("4.0", "3.0", "20.0", "30.0"), ("30.0", "5.0", "16.0", "10.0")] == [
        (rect["x"], rect["y"], rect["width"], rect["height"]) for rect in tags.named("rect")
    ]
    assert base64.b64encode(make_jpeg()).decode() in page
    assert "a car at 0.12" in page
    assert "0.50" in page


def test_claims_hints_and_doubt_can_be_told_apart() -> None:
    tags = parse(render(make_task()))

    figures, captions = ["claim", "hint doubt"], ["hint doubt", "claim"]
    assert figures + captions == [group["class"] for group in tags.named("g")]


def test_a_hint_that_no_reason_points_at_has_no_words_in_the_picture() -> None:
    page = render(make_task(annotations=(HINT,)))

    assert "<text" not in page
    assert "<title>car 0.12</title>" in page


def test_a_labelers_boxes_take_the_place_of_the_devices() -> None:
    drawn = Box(label_id=2, label="bicycle", origin=Origin.HUMAN, x=1, y=2, width=3, height=4)

    page = render(make_task(answer=(drawn,)))

    assert {"claim"} == {group["class"] for group in parse(page).named("g")}
    assert "person" not in re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL)


def test_a_rotated_box_is_turned_about_its_centre() -> None:
    box = Box(label_id=2, label="bicycle", x=10, y=20, width=8, height=4, rotation=30)

    assert 'transform="rotate(30.0 14.0 22.0)"' in render(make_task(annotations=(box,)))


def test_nothing_a_device_says_becomes_markup() -> None:
    evil = "<script>alert(1)</script>\"'&"
    page = render(make_task(annotations=(PERSON.model_copy(update={"label": evil}), HINT), text=evil))

    assert [] == parse(page).named("script")
    assert "<script" not in page


def test_the_page_needs_nothing_but_itself() -> None:
    page = render(make_task())

    assert [] == parse(page).named("link") + parse(page).named("script")
    assert re.search(r"https?:|url\(|@import", page) is None


def test_the_header_counts_and_shows_the_ledger() -> None:
    page = render(make_task(), make_task(answer=()))

    assert "<span>done <b>1</b></span>" in page
    assert "task 1, " in page
    assert '<td>9</td><td>5</td><td>2</td><td>1</td><td>0</td><td>5</td><td class="bad">1</td>' in page


def test_a_frame_without_a_date_says_when_on_its_own_clock() -> None:
    task = make_task()
    manifest = make_manifest(3, annotations=(), reasons=(REASON.model_copy(update={"objects": ()}),), wall_ms=None)

    page = render(replace(task, manifest=manifest))

    assert "s after its start" in page


def test_an_empty_queue_is_a_page_too(tmp_path: Path) -> None:
    sheet.write_queue(tmp_path / "sheet.html", [], accounts=[], look=Look(), jpeg=lambda _: make_jpeg())

    assert "0 frames" in (tmp_path / "sheet.html").read_text()
    assert [tmp_path / "sheet.html"] == list(tmp_path.iterdir())


def test_frames_that_are_in_no_queue_have_neither_state_nor_task() -> None:
    manifest = make_task().manifest
    around = manifest.model_copy(update={"role": Role.CONTEXT, "group": "a", "offset_s": 1.0})
    head = sheet.Head({"frames": {"kept": 1, "around them": 2}}, notes=["a zone of <camera> gate"])
    shown = [sheet.Shown(each, Sha256("cd" * 32)) for each in (manifest, around)]

    page = "".join(sheet.page(shown, head=head, look=Look(), jpeg=lambda _: make_jpeg()))

    parse(page)
    states = [tag["class"] for tag in parse(page).named("span") if str(tag.get("class")).startswith("state")]
    assert ["state ", "state context"] == states
    assert 1 == page.count('around <span class="id">a</span>')
    assert "task " not in page
    assert "open" not in re.sub(r"<style>.*</style>|class=\"open\"", "", page, flags=re.DOTALL)
    assert "<dt>frames</dt><dd><span>around them <b>2</b></span> <span>kept <b>1</b></span></dd>" in page
    assert "<li>a zone of &lt;camera&gt; gate</li>" in page
