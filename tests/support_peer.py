"""A peer that answers connections with bytes prepared beforehand, as brokers of other versions and manners do."""

import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import Thread

PROTOCOL_LEVEL = 8  # where it stands in a short CONNECT


@contextmanager
def accepting(answers: Sequence[bytes | None]) -> Generator[tuple[int, list[int]]]:
    """Answer one connection after the other; None hangs up.

    Yields:
        The port, and the protocol levels that the clients asked for so far.
    """
    levels: list[int] = []
    peers: list[socket.socket] = []

    def serve(server: socket.socket) -> None:
        for answer in answers:
            peer, _ = server.accept()
            peers.append(peer)
            levels.append(peer.recv(1000)[PROTOCOL_LEVEL])
            if answer is None:
                peer.close()
            else:
                peer.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, args=[server], daemon=True).start()
        yield server.getsockname()[1], levels
        for peer in peers:
            peer.close()
