"""Statuses, ledgers and what they fail to explain."""

from pathlib import Path

import pytest

from askance.central import devices
from askance.central.batch import Letter
from askance.central.devices import Account
from askance.central.intake import Intake
from askance.wire.codec import dump_json
from askance.wire.receipts import Ledger, Notice, Status
from askance.wire.topics import Up
from support_central import DEVICE, make_envelope, open_intake, topic


def report(
    intake: Intake, ledger: Ledger | None = None, *, online: bool = True, trouble: tuple[str, ...] = ()
) -> Account:
    status = Status(
        device=DEVICE,
        online=online,
        boot_id=None if ledger is None else ledger.boot_id,
        ledgers=() if ledger is None else (ledger,),
        trouble=trouble,
    )
    intake.take([Letter(topic(Up.STATUS), dump_json(status))])
    return devices.accounts(intake._connection)[0]


def make_ledger(boot_id: str = "boot-a", **counts: int) -> Ledger:
    evicted = {"quota": counts.pop("evicted", 0)}
    return Ledger.model_validate(
        {"boot_id": boot_id, "captured": 0, "stored": 0, "pending": 0, "quarantined": 0, "evicted": evicted, **counts}
    )


@pytest.mark.parametrize(
    ("ledger", "unaccounted"),
    [
        pytest.param(make_ledger(captured=6, stored=2, pending=1, evicted=2, quarantined=1), 0, id="balanced"),
        pytest.param(
            make_ledger(captured=7, stored=2, pending=1, evicted=2, quarantined=1), 1, id="a-hole-at-the-device"
        ),
        pytest.param(make_ledger(captured=5, stored=5), 3, id="stored-they-say-and-not-here"),
        pytest.param(make_ledger(captured=2, stored=1, pending=1), 0, id="a-receipt-under-way"),
        pytest.param(make_ledger("boot-b", captured=1, stored=1), 1, id="another-boot"),
    ],
)
def test_a_ledger_is_held_against_our_own_rows(tmp_path: Path, ledger: Ledger, unaccounted: int) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(n)) for n in (1, 2)])

    account = report(intake, ledger)

    assert (unaccounted, 2) == (account.unaccounted, account.received)


def test_ledgers_of_earlier_boots_still_count(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    report(intake, make_ledger("boot-a", captured=3, pending=3))

    account = report(intake, make_ledger("boot-b", captured=2, evicted=2))

    assert (5, 3, 2, 0) == (account.captured, account.pending, account.evicted, account.unaccounted)


def test_a_will_says_offline_and_takes_nothing_else_away(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    before = report(intake, make_ledger(captured=3, pending=3), trouble=("disk full",))

    after = report(intake, online=False)

    assert (True, False) == (before.online, after.online)
    assert (3, ("disk full",)) == (after.captured, after.trouble)


def test_absurd_counts_cannot_overflow_the_catalog(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)

    account = report(intake, make_ledger(captured=2**62, stored=2**62, pending=2**62, evicted=2**62))

    assert account.unaccounted > 0


def test_a_device_that_only_sent_frames_has_an_account(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(1))])

    account = devices.accounts(intake._connection)[0]

    assert (None, 1, 0, ()) == (account.online, account.received, account.captured, account.trouble)


def test_notices_are_kept_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_NOTICES", 2)
    intake = open_intake(tmp_path)

    for text in ("one", "two", "three"):
        intake.take([Letter(topic(Up.EVENT), dump_json(Notice(code="gate", text=text)))])

    rows = intake._connection.execute("SELECT text FROM notices ORDER BY id")
    assert ["two", "three"] == [row["text"] for row in rows]
