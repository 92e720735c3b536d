"""Brokers of other makes, end to end: the agent as a command over photos, then long frames while the broker dies."""

from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final

from chaos.bearer import Bearer
from chaos.bout import Bout, Outcome, site_on
from chaos.brokers import Broker, Make
from chaos.site import DEVICE
from support_polling import until

PHOTOS: Final = 4
SHOWN_S: Final = 120.0


def carry_over(make: Make, folder: Path, random: Random, *, photos: str) -> list[Outcome]:
    """Have frames carried over a broker of this make: those of the real agent first, then longer ones.

    Args:
        make: of the broker.
        folder: for everything.
        random: chance of this run alone.
        photos: a folder with ``PHOTOS`` pictures.
    """
    with ExitStack() as resources:
        broker = Broker(make, folder / "broker")
        resources.callback(broker.stop)
        device, centre = (broker.section(user) for user in (DEVICE, "central"))
        site = site_on(folder / "site", device, centre, photos=photos)
        resources.callback(site.close)
        broker.start()
        broker.ready()
        site.centres[0].start()
        on = Bout(f"{make.name}, agent and centre", site, Bearer(site), random, given=PHOTOS)
        site.agent.start()
        on.arrived()
        if site.agent.stop():
            on.wrong.append(f"{make.name}: the agent did not end well:\n{site.agent.log}")
        seen = on.outcome()
        return [seen, _long_frames(on, broker)]


def _long_frames(on: Bout, broker: Broker) -> Outcome:
    """Give the same site longer frames, and kill and freeze the broker while they are on the way."""
    on.name, on.wrong = f"{broker.make.name}, kill -9 and SIGSTOP", []
    with on.device:
        on.give()
        until(lambda: on.device.counts["sync.sent_messages"] > on.random.randrange(5, 60))
        broker.kill()
        broker.start()
        broker.ready()
        on.give()
        with broker.frozen():
            on.complains("broker")
        on.arrived()
        on.recovers()
        return on.outcome()
