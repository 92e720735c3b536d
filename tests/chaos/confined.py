"""Scripts in namespaces of their own: whatever they mount and start ends with them, however they end."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from chaos.campaign import NAMESPACES
from chaos.verdict import Verdict

LONGEST_S: Final = 500

_HERE: Final = Path(__file__).parent
_NEEDED: Final = {
    "mkfs.ext4": "e2fsprogs",
    "mount": "mount",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "eatmydata": "eatmydata",
    "strace": "strace",
}


def require(folder: Path) -> None:
    """Skip the test where no disk can be mounted in ``folder``."""
    missing = sorted({package for program, package in _NEEDED.items() if shutil.which(program) is None})
    if missing:
        pytest.skip(f"programs are missing: apt-get install {' '.join(missing)}")
    image, place = folder / "probe", folder / "place"
    place.mkdir()
    image.write_bytes(bytes(2**20))
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    mount = [*NAMESPACES, "mount", "-o", "loop", str(image), str(place)]
    tried = subprocess.run(mount, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"a loop device needs root to mount it: {tried.stderr.strip()}")


def run(script: str, *arguments: object, wrapper: Sequence[str] = ()) -> Verdict:
    """Run a script of this folder, through a ``wrapper`` such as eatmydata, and read the verdict that it prints."""
    command = [*NAMESPACES, *wrapper, sys.executable, str(_HERE / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    assert done.returncode == 0, done.stderr
    return Verdict.from_json(json.loads(done.stdout))
