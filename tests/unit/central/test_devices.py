"""Statuses, ledgers and what they fail to explain."""

from pathlib import Path

import pytest

from askance.central import devices
from askance.central.batch import Letter
from askance.central.devices import Account
from askance.central.intake import Intake
from askance.wire.codec import dump_json, pack
from askance.wire.identity import DeviceId
from askance.wire.receipts import Ledger, Notice, Status
from askance.wire.topics import Up
from support_central import DEVICE, make_envelope, make_jpeg, make_manifest, open_intake, topic


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


def boots(intake: Intake) -> set[str]:
    return {row["boot_id"] for row in intake._connection.execute("SELECT boot_id FROM ledgers")}


def test_however_often_a_device_starts_its_account_is_bounded_and_adds_up(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(n)) for n in (1, 2)])
    report(intake, make_ledger("boot-a", captured=2, stored=2))

    for number in range(40):
        ledgers = tuple(make_ledger(f"boot-{number}-{n}", captured=3, evicted=3) for n in range(16))
        status = Status(device=DEVICE, online=True, boot_id="boot", ledgers=ledgers)
        intake.take([Letter(topic(Up.STATUS), dump_json(status))])

    account = devices.accounts(intake._connection)[0]
    assert devices.MOST_BOOTS + 1 == len(boots(intake))
    assert (2 + 40 * 16 * 3, 2, 40 * 16 * 3) == (account.captured, account.stored, account.evicted)
    assert (0, 0, 0, 2) == (account.pending, account.quarantined, account.unaccounted, account.received)


def test_boots_that_are_over_and_explained_go_first_and_of_those_the_one_whose_frame_is_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "MOST_BOOTS", 5)
    intake = open_intake(tmp_path)
    for number, boot_id in enumerate(("c", "b")):
        envelope = pack(make_manifest(number, boot_id=boot_id), make_jpeg(seed=number))
        intake.take([Letter(topic(Up.FRAME), envelope)])
    seen: list[set[str]] = []
    for ledger in (
        make_ledger("waits", captured=1, pending=1),
        make_ledger("refused", captured=1, quarantined=1),
        make_ledger("a-hole", captured=1),
        make_ledger("b", captured=1, stored=1),
        make_ledger("c", captured=1, stored=1),
        make_ledger("d", captured=1, evicted=1),
        make_ledger("e", captured=1, evicted=1),
        make_ledger("f", captured=1, evicted=1),
    ):
        report(intake, ledger)
        seen.append(boots(intake) - {"waits", "refused", "a-hole"})

    account = devices.accounts(intake._connection)[0]
    assert [{"", "b", "d"}, {"", "b", "e"}, {"", "b", "f"}] == seen[-3:]
    assert {"waits", "refused", "a-hole"} <= boots(intake)
    parts = (account.stored, account.pending, account.evicted, account.quarantined)
    assert (8, (2, 1, 3, 1), 1) == (account.captured, parts, account.unaccounted)


def test_what_no_ledger_explains_stays_when_they_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_BOOTS", 1)
    intake = open_intake(tmp_path)
    for ledger in (
        make_ledger("a-hole", captured=5, pending=2),
        make_ledger("more-parts-than-frames", captured=1, evicted=4),
        make_ledger("stored-and-not-here", captured=6, stored=6),
        make_ledger("both", captured=9, stored=2),
        make_ledger("now", captured=1, pending=1),
    ):
        report(intake, ledger)

    account = devices.accounts(intake._connection)[0]
    assert {"", "now"} == boots(intake)
    assert 3 + 3 + 6 + (7 + 2) == account.unaccounted
    assert account.captured == account.stored + account.pending + account.evicted + account.unaccounted


def test_boots_that_are_spoken_of_now_are_not_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_BOOTS", 1)
    intake = open_intake(tmp_path)
    ledgers = tuple(make_ledger(boot_id, captured=1, evicted=1) for boot_id in ("a", "b", "c"))

    for _ in range(3):
        intake.take(
            [Letter(topic(Up.STATUS), dump_json(Status(device=DEVICE, online=True, boot_id="a", ledgers=ledgers)))]
        )

    assert {"a", "b", "c"} == boots(intake)
    assert 3 == devices.accounts(intake._connection)[0].captured


def test_the_boots_of_another_device_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_BOOTS", 1)
    intake = open_intake(tmp_path)
    other = DeviceId("camera-2")
    quiet = Status(device=other, online=True, boot_id="x", ledgers=(make_ledger("x", captured=4, evicted=4),))
    intake.take([Letter(topic(Up.STATUS, other), dump_json(quiet))])

    for boot_id in ("a", "b", "c"):
        report(intake, make_ledger(boot_id, captured=1, evicted=1))

    assert [(DEVICE, 3), (other, 4)] == [(one.device, one.captured) for one in devices.accounts(intake._connection)]
    assert {"", "c", "x"} == boots(intake)


def test_a_will_says_offline_and_takes_nothing_else_away(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    before = report(intake, make_ledger(captured=3, pending=3), trouble=("disk full",))

    after = report(intake, online=False)

    assert (True, False) == (before.online, after.online)
    assert (3, ("disk full",)) == (after.captured, after.trouble)


def test_absurd_counts_cannot_overflow_the_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_BOOTS", 1)
    intake = open_intake(tmp_path)

    for number in range(4):
        huge = make_ledger(f"boot-{number}", captured=2**62, stored=2**62, pending=2**62, evicted=2**62)
        report(intake, huge)

    account = devices.accounts(intake._connection)[0]
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
