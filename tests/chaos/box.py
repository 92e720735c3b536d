"""A device and its centre as the shipped units in one container, with a broker, a camera, and a count of who calls out.

Nothing of the units is changed but by drop-ins, as an owner writes them with ``systemctl edit``.
"""

import json
import re
import shutil
import sys
import sysconfig
import time
from pathlib import Path
from typing import Final, Self

from askance.central.schema import CATALOG
from askance.edge.store.schema import INDEX_NAME
from chaos.account import Account, rows
from chaos.container import Container
from chaos.site import EVERY_FRAME, Site, take_photos
from support_polling import until
from support_programs import write_yaml

EDGE: Final = "askance-edge"
CENTRAL: Final = "askance-central"
BROKER_PORT: Final = 1883
CAMERA_PORT: Final = 8080
PHOTOS: Final = 24
COMMAND: Final = "/opt/askance/bin/askance"
PYTHON: Final = "/opt/askance/bin/python"
STATE: Final = "var/lib/private/askance"
ANYBODY: Final = f"listener {BROKER_PORT} 127.0.0.1\nuser root\nallow_anonymous true\n"
SOON_S: Final = 60.0

_CHECKOUT: Final = Path(__file__).parents[2]
_STARTER: Final = f"#!{PYTHON}\nimport sys\nfrom askance.cli import main\nsys.exit(main())\n"
# Units that nobody names are forgotten as soon as they have stopped, and how they ended with them.
_TARGET: Final = f"[Unit]\nRequires=basic.target\nAfter=basic.target {EDGE}.service {CENTRAL}.service\n"
_BROKER: Final = "[Service]\nExecStart=/usr/sbin/mosquitto -c /etc/mosquitto.conf\n"
_CAMERA: Final = f"[Service]\nExecStart={PYTHON} /opt/checkout/tests/chaos/mjpeg.py {CAMERA_PORT} %d /opt/photos\n"
_NETWORK: Final = (
    "link add uplink type veth peer name outside",
    "link set outside up",
    "link set uplink up",
    "-6 address flush dev uplink",
    "address add 198.51.100.2/24 dev uplink",
    "address add 2001:db8::2/64 dev uplink nodad",
    "neighbour add 198.51.100.1 lladdr 02:00:00:00:00:01 dev uplink",
    "route add default via 198.51.100.1",
    "-6 route add default via 2001:db8::1",
)
# Of these alone nobody is told: what a filter or a right refuses is an error number in somebody's hands.
_REFUSED: Final = re.compile(r"Operation not permitted|Permission denied|Read-only file system|status=31/SYS|Traceback")
_PLACES: Final = ("/", "/run", "/tmp", "/dev")  # noqa: S108 (looked at, not written to)
_COMPILED: Final = "/opt/compiled"  # what pip compiles when it installs
_IMPORTED: Final = "askance.edge.daemon, askance.edge.decoding.reader, askance.central.daemon, askance.cli.edge"
FIND_DECODERS: Final = "pgrep -f 'edge[.]decoding[.]child'"  # matches not itself
_OF_DYNAMIC_USERS: Final = ("-uid", "+61183", "-uid", "-65520")
_OWN_PORTS: Final = "32768-60999"  # a pair of sockets with which the MQTT client wakes its own thread
_EGRESS: Final = f"""\
table inet egress {{
  counter expected {{ }}
  counter foreign {{ }}
  chain out {{
    type filter hook output priority 0;
    icmpv6 type {{ mld2-listener-report, nd-router-solicit, nd-neighbor-solicit }} accept
    oifname "lo" tcp sport {{ {BROKER_PORT}, {CAMERA_PORT} }} counter name expected accept
    oifname "lo" tcp dport {{ {BROKER_PORT}, {CAMERA_PORT} }} counter name expected accept
    oifname "lo" tcp sport {_OWN_PORTS} tcp dport {_OWN_PORTS} accept
    counter name foreign
  }}
}}
"""


class Box:
    """One machine with everything on it; ``with`` boots it, with broker and camera, and ends it.

    Args:
        folder: for the machine's root.
        assets: photos for the camera come from there.
        fps: of the camera.
        broker: mosquitto's configuration.
    """

    def __init__(self, folder: Path, assets: Path, *, fps: int = 4, broker: str = ANYBODY) -> None:
        root = folder / "root"
        python = Path(sys.base_prefix)
        binds = {
            "/opt/packages": Path(sysconfig.get_path("purelib")),
            **{f"/opt/checkout/{part}": _CHECKOUT / part for part in ("agent", "config", "models", "systemd", "tests")},
            **({} if python == Path("/usr") else {"/opt/python": python}),
        }
        self.container = Container(root, binds)
        self.root = root
        _install(root, Path("/usr" if python == Path("/usr") else "/opt/python"))
        take_photos(assets, root / "opt/photos", count=PHOTOS)
        self.site = Site(
            root / "etc/askance",
            BROKER_PORT,
            photos=f"http://127.0.0.1:{CAMERA_PORT}/video.mjpg",
            sections={"store": {"min_free": 0}, "rules": ["rules.yaml"]},
        )
        self.site.store, self.site.catalog = root / STATE / "edge", root / STATE / "central"
        write_yaml(root / "etc/askance/central.yaml", {"storage": {"path": "/var/lib/askance/central"}})
        (root / "etc/mosquitto.conf").write_text(broker)
        (root / "etc/resolv.conf").write_text("nameserver 192.0.2.53\n")
        (root / "etc/egress.nft").write_text(_EGRESS)
        (root / "etc/default").mkdir()
        units = root / "etc/systemd/system"
        (units / "box.target").write_text(_TARGET)
        (units / "broker.service").write_text(_BROKER)
        (units / "camera.service").write_text(_CAMERA % fps)
        for unit in (EDGE, CENTRAL):
            shutil.copy(_CHECKOUT / "systemd" / f"{unit}.service", units)

    def __enter__(self) -> Self:
        self.container.__enter__()
        try:
            self.container.say("ldconfig")
            self.container.say(PYTHON, "-X", f"pycache_prefix={_COMPILED}", "-c", f"import {_IMPORTED}")
            for step in _NETWORK:
                self.container.say("ip", *step.split())
            self.container.say("nft", "-f", "/etc/egress.nft")
            self.container.say("systemctl", "start", "broker", "camera")
        except BaseException:
            self.container.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def edit(self, unit: str, text: str) -> None:
        """Lay a drop-in over a unit, as ``systemctl edit`` does; it counts from the next start on."""
        folder = self.root / f"etc/systemd/system/{unit}.service.d"
        folder.mkdir(exist_ok=True)
        (folder / "override.conf").write_text(text)
        self.container.say("systemctl", "daemon-reload")

    def start(self, *units: str) -> None:
        """Start units, and wait until they have said that they are ready."""
        self.container.say("systemctl", "start", *units)

    def stop(self, unit: str) -> float:
        """Stop a unit; return how many seconds that took."""
        begun = time.monotonic()
        self.container.say("systemctl", "stop", unit)
        return time.monotonic() - begun

    def signal(self, unit: str, name: str) -> None:
        """Send a signal to the main process of a unit that runs."""
        self.container.say("systemctl", "kill", "--kill-who=main", f"--signal={name}", unit)

    def show(self, unit: str, key: str) -> str:
        """Ask systemd for a property of a unit."""
        return self.container.say("systemctl", "show", unit, f"--property={key}", "--value")

    def exposure(self, unit: str) -> float:
        """Return how open systemd thinks a unit is, from 0 to 10."""
        judged = self.container.run("systemd-analyze", "security", "--no-pager", unit).stdout
        return float(judged.rpartition(": ")[2].split()[0])

    def journal(self, unit: str) -> str:
        """Return all that a unit, and systemd about it, has said since the boot."""
        return self.container.say("journalctl", "--no-pager", "--output=short-monotonic", f"--unit={unit}")

    def egress(self) -> dict[str, int]:
        """Return how many packets were sent to broker and camera ("expected"), and to anybody else ("foreign")."""
        listed = json.loads(self.container.say("nft", "-j", "list", "counters"))["nftables"]
        return {one["counter"]["name"]: one["counter"]["packets"] for one in listed if "counter" in one}

    def strays(self) -> list[str]:
        """Return what the units' users have written anywhere but in their state; credentials are systemd's doing."""
        shared = [f"/{STATE}", "/run/credentials", *(place for place in self.container.binds)]
        passed = [word for place in shared for word in ("-path", place, "-o")]
        command = ["find", *_PLACES, "-xdev", "(", *passed[:-1], ")", "-prune", "-o"]
        return sorted(set(self.container.say(*command, *_OF_DYNAMIC_USERS, "-print").split()))

    def complaints(self) -> list[str]:
        """Return what may not be, in words: what was refused to the units, packets to strangers, files elsewhere."""
        said = [f"{unit}: {line}" for unit in (EDGE, CENTRAL) for line in self.journal(unit).splitlines()]
        foreign = self.egress()["foreign"]
        return [
            *(line for line in said if _REFUSED.search(line)),
            *([f"packets to strangers: {foreign}"] if foreign else []),
            *(f"written elsewhere: {path}" for path in self.strays()),
        ]

    def wait(self, condition: str) -> bool:
        """Wait until a shell command inside succeeds; one process polls it, so that little is taken from the units."""
        loop = f"until {condition}; do sleep 0.1; done"
        return self.container.run("timeout", f"{SOON_S:g}", "sh", "-c", loop).returncode == 0

    def up(self, *units: str) -> bool:
        """Wait until units are up, and have said so."""
        return all(self.wait(f"systemctl is-active --quiet {unit}") for unit in units)

    def arrive(self, more: int) -> bool:
        """Wait until the centre holds so many frames more than now."""
        before = self._arrived()
        return until(lambda: self._arrived() >= before + more, within_s=SOON_S)

    def quiet(self) -> Account:
        """Stop capturing, wait until nothing is under way, and count every frame; then capture again."""
        self.site.stop_capturing()
        self.container.say("systemctl", "restart", EDGE)
        until(lambda: not self._under_way(), within_s=SOON_S)
        account = self.site.account()
        self.site.rules.write_text(EVERY_FRAME)
        self.container.say("systemctl", "reload", EDGE)
        return account

    def _arrived(self) -> int:
        return len(rows(self.site.catalog / CATALOG, "SELECT 1 FROM captures"))

    def _under_way(self) -> bool:
        pending = rows(self.site.store / INDEX_NAME, "SELECT 1 FROM captures WHERE state = 'pending'")
        return bool(pending or rows(self.site.catalog / CATALOG, "SELECT 1 FROM staging"))


def _install(root: Path, python: Path) -> None:
    """Lay out what ``python3 -m venv`` and ``pip install`` do, over folders of this machine."""
    programs = root / "opt/askance/bin"
    packages = root / "opt/askance" / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    programs.mkdir(parents=True)
    packages.mkdir(parents=True)
    (programs / "python").symlink_to(python / "bin" / Path(sys.executable).resolve().name)
    (root / "opt/askance/pyvenv.cfg").write_text(f"home = {python / 'bin'}\ninclude-system-site-packages = false\n")
    (packages / "askance.pth").write_text("/opt/packages\n/opt/checkout/agent\n")
    (root / "etc/ld.so.conf").write_text(f"{python / 'lib'}\n")  # where this Python has its own shared library
    manager = root / "etc/systemd/system.conf"
    manager.write_text(f"[Manager]\nDefaultEnvironment=PYTHONPYCACHEPREFIX={_COMPILED}\n")
    (programs / "askance").write_text(_STARTER)
    (programs / "askance").chmod(0o755)
