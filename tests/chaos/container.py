"""A real systemd of one's own: it boots in a folder, in namespaces that end with the test, even with a killed one.

A process id namespace around systemd-nspawn does that: when its first process goes, the kernel ends all the others,
and the mounts and interfaces that were theirs alone are gone with them.
"""

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, Self

from support_polling import until

PROGRAMS: Final = {"systemd-nspawn": "systemd-container", "unshare": "util-linux", "nft": "nftables", "ip": "iproute2"}
BOOT_S: Final = 60.0
LONGEST_S: Final = 120.0
ENOUGH_S: Final = 10.0
STALE_S: Final = 3600.0
_OWN_LOCKS: Final = "mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd/nspawn"
_CGROUPS: Final = Path("/sys/fs/cgroup")
_FOLDERS: Final = ("etc/systemd/system", "usr", "opt", "var/lib", "var/log/journal", "tmp", "run", "proc", "sys", "dev")
_FILES: Final = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\nvideo:x:44:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/systemd/journald.conf": "[Journal]\nRateLimitIntervalSec=0\nStorage=persistent\n",
    "etc/systemd/system/box.target": "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n",
}


def lacking() -> list[str]:
    """Return the Debian packages without which no container boots here."""
    return [package for program, package in PROGRAMS.items() if shutil.which(program) is None]


class Container:
    """Systemd on a root folder that shares the machine's ``/usr`` read-only, with a network of its own.

    Args:
        root: the folder; made here.
        binds: more of the machine's folders, read-only, by the place where they are seen inside.
    """

    def __init__(self, root: Path, binds: Mapping[str, Path]) -> None:
        self.root = root
        self._name = f"askance-{uuid.uuid4().hex[:8]}"
        self.binds = {"/usr": Path("/usr"), **binds}
        self._process: subprocess.Popen[bytes] | None = None
        self._groups = [folder / self._name for folder in (_CGROUPS / "systemd", _CGROUPS / "unified")]
        for folder in (*_FOLDERS, *(place.lstrip("/") for place in binds)):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for link in ("bin", "sbin", "lib", "lib64"):
            (root / link).symlink_to(f"usr/{link}")
        for name, text in _FILES.items():
            (root / name).write_text(text)
        for name in ("etc/os-release", "etc/ld.so.cache"):
            shutil.copy(Path("/", name).resolve(), root / name)
        (root / "etc/machine-id").write_text(f"{uuid.uuid4().hex}\n")
        (root / "etc/systemd/system/default.target").symlink_to("box.target")

    def __enter__(self) -> Self:
        self._boot()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def console(self) -> str:
        """What systemd said while it booted."""
        return (self.root / "console.log").read_text(errors="replace")

    def run(self, *command: str, within_s: float = LONGEST_S) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as root."""
        entered = ("nsenter", f"--target={self._first()}", *("--mount", "--uts", "--ipc", "--net", "--pid"), "--root")
        clean = ("env", "--chdir=/", "-i", "PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8")
        everything = (*entered, *clean, *command)
        return subprocess.run(everything, capture_output=True, text=True, check=False, timeout=within_s)

    def say(self, *command: str, within_s: float = LONGEST_S) -> str:
        """Run a command inside that has to succeed; return what it prints."""
        done = self.run(*command, within_s=within_s)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def close(self) -> None:
        """End everything inside at once; again is harmless."""
        if self._process is not None:
            for child in _children(self._process.pid):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            try:
                self._process.wait(ENOUGH_S)  # it waits for its child, whom nobody else would bury
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        for group in self._groups:
            until(partial(_remove, group))

    def _boot(self) -> None:
        parents = [group.parent for group in self._groups if group.parent.is_dir()]
        for left in (group for parent in parents for group in parent.glob("askance-*")):
            if time.time() - left.stat().st_mtime > STALE_S:  # by a test that was killed
                _remove(left)
        for group in self._groups:
            if group.parent in parents:
                group.mkdir()
        joins = [f"echo $$ > {group}/cgroup.procs" for group in self._groups if group.is_dir()]
        binds = [f"--bind-ro={outside}:{inside}" for inside, outside in self.binds.items()]
        nspawn = ["systemd-nspawn", "--quiet", "-M", self._name, "-D", str(self.root), *binds, "--private-network"]
        nspawn += ["--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off", "-b"]
        namespaces = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"]
        alone = [*namespaces, "sh", "-c", f'{_OWN_LOCKS}; exec "$@"', "sh", *nspawn]
        shell = "; ".join([*joins, 'exec setpriv --pdeathsig KILL "$@"'])
        with (self.root / "console.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", shell, "sh", *alone],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},  # the old one forgets who has ended
            )
        assert until(self._booted, within_s=BOOT_S), f"systemd does not boot:\n{self.console}"

    def _booted(self) -> bool:
        assert self._process is not None, "not started"
        assert self._process.poll() is None, f"systemd-nspawn ended:\n{self.console}"
        return self._first() is not None and self.run("systemctl", "is-active", "box.target").returncode == 0

    def _first(self) -> int | None:
        """Return the process id of systemd inside, as it is called out here."""
        assert self._process is not None, "not started"
        generation = [self._process.pid]
        while generation:
            for pid in generation:
                with suppress(OSError):
                    if Path(f"/proc/{pid}/comm").read_text() == "systemd\n":
                        return pid
            generation = [child for pid in generation for child in _children(pid)]
        return None


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _remove(group: Path) -> bool:
    """Take a control group and those below it away; False while there are processes in it."""
    if not group.is_dir():
        return True
    with suppress(OSError):
        for below in sorted(group.rglob("*"), reverse=True):
            if below.is_dir():
                below.rmdir()
        group.rmdir()
    return not group.exists()
