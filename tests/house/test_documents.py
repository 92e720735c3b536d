"""What the documents point at exists, and the short ones stay short."""

import re
from pathlib import Path
from urllib.parse import unquote

from support_sources import CHECKOUT, files, name

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|<(?:img|a)[^>]+(?:src|href)=\"([^\"]+)\"")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
NEEDED = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "NOTICE"]
CONTRIBUTING_LINES = 40


def anchors(page: Path) -> set[str]:
    """Name a page's headings as links do: small letters, hyphens for spaces, no punctuation."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()).strip() for heading in HEADING.findall(page.read_text()))
    return {heading.replace(" ", "-") for heading in plain}


def dead(page: Path) -> list[str]:
    """List the links of a page that lead nowhere inside this repository."""
    gone: list[str] = []
    for found in LINK.findall(CODE.sub("", page.read_text())):
        target = unquote(found[0] or found[1])
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        there = (page.parent / place).resolve() if place else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            gone.append(target)
    return gone


def test_no_link_is_dead() -> None:
    assert {name(page): dead(page) for page in files(CHECKOUT, ".md") if dead(page)} == {}


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = CHECKOUT / "CONTRIBUTING.md"
    lost = tmp_path / "page.md"
    lost.write_text(f"[a](nowhere.md) [b]({page}) [c](#here) [d](#gone) `[e](code.md)`\n\n## Here\n")

    assert dead(lost) == ["nowhere.md", "#gone"]


def test_every_document_that_people_look_for_has_words() -> None:
    assert [
        file for file in NEEDED if not (CHECKOUT / file).is_file() or not (CHECKOUT / file).read_text().strip()
    ] == []


def test_the_page_for_contributors_is_read_to_its_end() -> None:
    assert len((CHECKOUT / "CONTRIBUTING.md").read_text().splitlines()) <= CONTRIBUTING_LINES


def test_the_changelog_tells_operators_of_wire_and_schema() -> None:
    changes = (CHECKOUT / "CHANGELOG.md").read_text()

    assert "## [Unreleased]" in changes
    assert {"### Wire", "### Schema"} <= set(re.findall(r"^### .+$", changes, re.MULTILINE))
