"""What no file of this repository may contain, and what the lock files promise."""

import re
import tomllib

import pytest

from support_sources import CHECKOUT, files, name

# Spelt in pieces, so that this file is not its own first finding.
MACHINE_PATHS = re.compile("|".join(f"(?<![\\w.-])/{folder}/" for folder in ("work", "root", "home", "Users")))
REGISTRY_HOSTS = re.compile(
    r"pypi\.(?:org|python)|python" + r"hosted\.org|deb\.debian\.|npm" + r"js\.org|ana" + r"conda\.org", re.IGNORECASE
)
BINARY = {".bin", ".onnx", ".jpg", ".jpeg", ".png", ".mp4", ".ico", ".gif"}
LOCKS = sorted(CHECKOUT.glob("requirements*.lock"))
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def texts() -> dict[str, str]:
    """Read every file of ours that holds text."""
    return {name(path): path.read_text(encoding="utf-8") for path in files(CHECKOUT) if path.suffix not in BINARY}


def found(pattern: re.Pattern[str]) -> list[str]:
    """List where a pattern occurs, by file and line."""
    return [
        f"{file}:{number} {line.strip()[:100]}"
        for file, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def pins(lock: str) -> dict[str, set[str]]:
    """Read a lock: the versions of each name (two where Python's version decides)."""
    versions: dict[str, set[str]] = {}
    for package, version in PIN.findall((CHECKOUT / lock).read_text()):
        versions.setdefault(package, set()).add(version)
    return versions


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert found(MACHINE_PATHS) == []


def test_no_file_names_a_registrys_host() -> None:
    assert found(REGISTRY_HOSTS) == []


def test_every_text_ends_with_a_line_end_and_has_no_windows_ones() -> None:
    assert [file for file, text in texts().items() if text and (not text.endswith("\n") or "\r" in text)] == []


@pytest.mark.parametrize("lock", [path.name for path in LOCKS])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert "://" not in text
    assert "--index" not in text
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert entries


def test_the_locks_agree_with_each_other() -> None:
    together = pins("requirements-dev.lock")

    for lock in ("requirements.lock", "requirements-build.lock"):
        assert {package: together[package] for package in pins(lock)} == pins(lock)


def test_the_headless_opencv_is_the_same_opencv() -> None:
    assert pins("requirements-headless.lock") == {
        "opencv-python-headless": pins("requirements.lock")["opencv-python"],
    }


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(extra for extras in project["optional-dependencies"].values() for extra in extras),
    ]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in wanted}

    assert names - set(pins("requirements.lock")) == set()
