"""Tells systemd how the program is doing: ready, alive, stopping (sd_notify(3), sd_watchdog_enabled(3)).

These three variables are systemd's protocol, not configuration: this is why they are read here and not in settings.
"""

import os
import socket
from typing import Final

_SEND_S: Final = 1.0


def notify(state: str) -> bool:
    r"""Send ``READY=1``, ``WATCHDOG=1``, ``STATUS=…`` or ``STOPPING=1``; several are parted by ``\n``.

    Returns:
        Whether systemd took it; False without systemd, and when its socket is away, full or not a socket.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = f"\0{address[1:]}"  # a name in the abstract space, which no file system holds
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagrams:
            datagrams.settimeout(_SEND_S)
            datagrams.sendto(state.encode(), address)
    except OSError:
        return False
    return True


def watchdog_interval_s() -> float | None:
    """Seconds within which systemd expects the next ``WATCHDOG=1``; None where it expects none from this process."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    process = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if process != str(os.getpid()) or not (microseconds.isascii() and microseconds.isdigit()):
        return None
    return int(microseconds) / 1e6 or None
