"""Brokers of other makes, end to end: the agent over photos, a refused login, long frames while the broker dies."""

from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final

from chaos.bearer import Bearer
from chaos.bout import CUT_AT, Bout, Outcome, site_on
from chaos.brokers import Broker, Make
from chaos.documented import PASSWORD
from chaos.refusals import SIZES, mend
from chaos.site import DEVICE

PHOTOS: Final = 4


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
        on.arrives()
        if site.agent.stop():
            on.wrong.append(f"{make.name}: the agent did not end well:\n{site.agent.log}")
        seen = [on.outcome()]
        if make.logins:
            seen.append(_refused(on, make))
        return [*seen, _long_frames(on, broker)]


def _refused(on: Bout, make: Make) -> Outcome:
    """Give the same site frames while its device has another password, until that is corrected."""
    on.name, on.wrong = f"{make.name}, a login refused", []
    config = on.site.edge_yaml.read_text()
    assert PASSWORD in config
    on.site.edge_yaml.write_text(config.replace(PASSWORD, "another"))
    with on.device:
        on.give(SIZES)
        on.says("broker: refused", "`broker.password`")
    on.site.edge_yaml.write_text(config)
    on.device = Bearer(on.site)
    with on.device:
        return mend(on)


def _long_frames(on: Bout, broker: Broker) -> Outcome:
    """Give the same site longer frames, and kill and freeze the broker while they are on the way."""
    on.name, on.wrong = f"{broker.make.name}, kill -9 and SIGSTOP", []
    on.device = Bearer(on.site)
    with on.device:
        on.give()
        on.does("sync.sent_messages", on.random.randrange(*CUT_AT))
        broker.kill()
        broker.start()
        broker.ready()
        on.give()
        with broker.frozen():
            on.complains("broker")
        return mend(on)
