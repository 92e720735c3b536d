"""A way to a broker on which publishes are refused by a reason code of MQTT 5, as brokers with quotas and rates do."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Final, Self

PUBLISH: Final = 3
PUBACK: Final = 0x40
DISCONNECT: Final = 0xE0
FRAMES: Final = (b"/up/f", b"/up/c")
PIECE: Final = 64 * 1024


class Quota:
    """A proxy that answers publishes itself, while it has a ``code``; all else goes through.

    Attributes:
        port: where it listens.
        code: a reason code, as 0x97 for Quota exceeded; None: everything goes through.
        hangs_up: whether the code ends the connection over a frame or a chunk; else it refuses publishes alone.
    """

    def __init__(self, broker: int) -> None:
        self.code: int | None = None
        self.hangs_up = False
        self._broker = broker
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        for channel in [self._server, *self._open]:
            with suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
            channel.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._broker))
                self._open += [near, far]
                threading.Thread(target=self._up, args=[near, far], daemon=True).start()
                threading.Thread(target=self._pour, args=[far, near], daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        """Pass the client's packets on, one by one."""
        with suppress(OSError, EOFError):
            while True:
                head, body = _packet(near)
                answer = self._answer(head, body)
                if answer is None:
                    far.sendall(head + body)
                else:
                    near.sendall(answer)
                    if answer[0] == DISCONNECT:
                        break
        self._hang_up(near, far)

    def _answer(self, head: bytes, body: bytes) -> bytes | None:
        """Refuse a packet; None: it goes through."""
        if self.code is None or head[0] >> 4 != PUBLISH:
            return None
        (length,) = struct.unpack_from("!H", body)
        if not self.hangs_up:
            return bytes([PUBACK, 4, *body[2 + length : 4 + length], self.code, 0])
        return bytes([DISCONNECT, 2, self.code, 0]) if body[: 2 + length].endswith(FRAMES) else None

    def _pour(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while piece := far.recv(PIECE):
                near.sendall(piece)
        self._hang_up(near, far)

    def _hang_up(self, *channels: socket.socket) -> None:
        for channel in channels:
            with suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)


def _packet(channel: socket.socket) -> tuple[bytes, bytes]:
    """Receive one packet: its fixed header, and the rest of it."""
    head = _exactly(channel, 1)
    length = shift = 0
    while True:
        byte = _exactly(channel, 1)
        head += byte
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            return head, _exactly(channel, length)


def _exactly(channel: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        piece = channel.recv(length - len(received))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)
