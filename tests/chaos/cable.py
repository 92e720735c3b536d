"""The cable to a camera: bytes pass, wait, are garbled or lost, and it can be pulled, or cut without a word."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from random import Random
from typing import Final, Self

_STEP_S: Final = 0.05
_PIECE: Final = 65536
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER with which a close is a reset
_MARK: Final = 0x24  # before each packet that RTSP interleaves
_HEAD: Final = 4
_STAMP: Final = slice(8, 12)


class Cable:
    """A TCP relay on loopback, from ``port`` to a camera's own port.

    Attributes:
        port: where it listens.
        holding: while set nothing passes; who sends fills his buffers, and all of it comes late.
        silent: while set new connections are taken, and nobody answers.
        garbled: share of the camera's bytes that are changed.
        lost: share of the packets in an RTSP connection that are lost.
        dropped: share of the pictures in one that are lost wholly.

    Args:
        target: the camera's port.
        random: chooses what is garbled and lost.
    """

    def __init__(self, target: int, *, random: Random) -> None:
        self.holding = threading.Event()
        self.silent = threading.Event()
        self.garbled = 0.0
        self.lost = 0.0
        self.dropped = 0.0
        self._target = target
        self._random = random
        self._salt = random.randbytes(4)
        self._over = threading.Event()
        self._generation = 0
        self._pulled_before = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_STEP_S)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def pull(self) -> None:
        """Reset every connection; new ones are taken."""
        self.strand()
        self._pulled_before = self._generation

    def strand(self) -> None:
        """Forget every connection and tell nobody, as a router does that was switched off; new ones are taken."""
        self._generation += 1

    def _accept(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                client = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        born = self._generation

        def lives() -> bool:
            return born >= self._pulled_before and not self._over.is_set()

        def passing() -> bool:
            """Wait until something may pass; False at the end."""
            while lives() and (self.holding.is_set() or born < self._generation):
                self._over.wait(_STEP_S)
            return lives()

        with ExitStack() as opened, suppress(OSError):
            opened.enter_context(client)
            while self.silent.is_set() and lives():
                self._over.wait(_STEP_S)
            camera = opened.enter_context(socket.create_connection(("127.0.0.1", self._target), timeout=5))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            asking = threading.Thread(target=self._pass, args=(_pieces(client, passing), camera), daemon=True)
            asking.start()
            self._pass(self._spoilt(_packets(_pieces(camera, passing))), client)
            camera.shutdown(socket.SHUT_RDWR)
            asking.join(1)

    @staticmethod
    def _pass(pieces: Iterator[bytes], to: socket.socket) -> None:
        with suppress(OSError):
            for piece in pieces:
                to.sendall(piece)
            to.shutdown(socket.SHUT_RDWR)

    def _spoilt(self, packets: Iterator[bytes]) -> Iterator[bytes]:
        for packet in packets:
            if packet[0] == _MARK and self._loses(packet):
                continue
            if not self.garbled:
                yield packet
                continue
            changed = bytearray(packet)
            for at in range(len(changed)):
                if self._random.random() < self.garbled:
                    changed[at] = self._random.randrange(256)
            yield bytes(changed)

    def _loses(self, packet: bytes) -> bool:
        """Whether a packet is lost; a picture's packets have one time stamp."""
        picture = Random(self._salt + packet[_STAMP])  # noqa: S311 (faults, no secret)
        return self._random.random() < self.lost or picture.random() < self.dropped

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._accepting.join()
        self._listener.close()


def _pieces(source: socket.socket, passing: Callable[[], bool]) -> Iterator[bytes]:
    source.settimeout(_STEP_S)
    while passing():
        with suppress(TimeoutError):
            piece = source.recv(_PIECE)
            if not piece:
                return
            if passing():
                yield piece


def _packets(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Put what RTSP interleaves together again, packet by packet; everything else passes as it comes."""
    rest = b""
    for piece in pieces:
        rest += piece
        while rest:
            if rest[0] != _MARK:
                end = rest.find(bytes([_MARK, 0]))
                yield rest[:end] if end > 0 else rest
                rest = rest[end:] if end > 0 else b""
                continue
            size = _HEAD + int.from_bytes(rest[2:_HEAD], "big") if len(rest) >= _HEAD else _HEAD
            if len(rest) < size:
                break
            yield rest[:size]
            rest = rest[size:]
