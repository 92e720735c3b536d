"""Certificates as an independent reader of them sees them: OpenSSL."""

import errno
import os
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from askance.errors import ConfigError
from askance.fleet.authority import CERTIFICATE, REVOKED, Authority, Issued
from askance.fleet.roles import ROLES

NOW = datetime(2026, 5, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A new one."""
    return Authority.create(tmp_path / "ca", now=NOW)


def openssl(*arguments: str, given: bytes = b"") -> str:
    """What OpenSSL says, errors included."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


def verdict(folder: Path, issued: Issued, *options: str, at: datetime = NOW) -> str:
    """What OpenSSL thinks of a certificate."""
    path = folder / "shown.crt"
    path.write_bytes(issued.certificate)
    when = ["-attime", str(int(at.timestamp()))]
    return openssl("verify", "-x509_strict", "-CAfile", str(folder / "ca" / CERTIFICATE), *when, *options, str(path))


@pytest.mark.parametrize(
    ("role", "purpose"), [("device", "sslclient"), ("central", "sslclient"), ("broker", "sslserver")]
)
def test_a_certificate_is_good_for_its_purpose_alone(
    authority: Authority, tmp_path: Path, role: str, purpose: str
) -> None:
    name = {"device": "gate-7"}.get(role, role)
    issued = authority.issue(name, ROLES[role], lasting=YEAR, now=NOW)
    other = "sslserver" if purpose == "sslclient" else "sslclient"

    assert verdict(tmp_path, issued, "-purpose", purpose).endswith("OK\n")
    assert "certificate purpose" in verdict(tmp_path, issued, "-purpose", other)
    assert issued.key.decode() not in repr(issued)
    assert f"subject=CN = {name}" in openssl("x509", "-noout", "-subject", given=issued.certificate)


def test_a_device_without_a_clock_finds_the_broker_valid(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue("10.0.0.5", ROLES["broker"], lasting=YEAR, now=NOW)

    assert verdict(tmp_path, issued, at=datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)).endswith("OK\n")
    assert verdict(tmp_path, issued, "-verify_ip", "10.0.0.5").endswith("OK\n")
    assert "expired" in verdict(tmp_path, issued, at=NOW + 2 * YEAR)


def test_a_name_is_an_address_that_can_be_checked(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue("mqtt.example.org", ROLES["broker"], lasting=YEAR, now=NOW)

    assert verdict(tmp_path, issued, "-verify_hostname", "mqtt.example.org").endswith("OK\n")
    assert "mismatch" in verdict(tmp_path, issued, "-verify_hostname", "elsewhere.example.org").lower()


def test_no_certificate_outlives_its_authority(authority: Authority) -> None:
    assert authority.issue("gate-7", ROLES["device"], lasting=90 * YEAR, now=NOW).until < NOW + 31 * YEAR


def test_what_was_taken_back_is_refused_by_the_list_and_the_rest_is_not(authority: Authority, tmp_path: Path) -> None:
    gate, yard = (authority.issue(name, ROLES["device"], lasting=YEAR, now=NOW) for name in ("gate-7", "yard-2"))
    again = authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)

    assert 2 == len(authority.valid("gate-7", now=NOW))
    assert 2 == authority.revoke("gate-7", now=NOW)
    assert 0 == authority.revoke("gate-7", now=NOW)
    assert [] == authority.valid("gate-7", now=NOW)
    listed = ["-crl_check", "-CRLfile", str(tmp_path / "ca" / REVOKED)]
    assert ["revoked" in verdict(tmp_path, one, *listed) for one in (gate, again, yard)] == [True, True, False]
    assert 1 == authority.revoke("yard-2", now=NOW + YEAR / 2)
    assert ["revoked" in verdict(tmp_path, one, *listed, at=NOW + YEAR / 2) for one in (gate, yard)] == [True, True]


def test_nobody_is_on_the_list_of_a_new_authority(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)

    listed = ["-crl_check", "-CRLfile", str(tmp_path / "ca" / REVOKED)]
    assert verdict(tmp_path, issued, *listed).endswith("OK\n")
    assert "No Revoked Certificates" in openssl("crl", "-noout", "-text", given=authority.revoked)


def test_a_broker_whose_clock_is_behind_reads_the_list(authority: Authority, tmp_path: Path) -> None:
    gate, yard = (authority.issue(name, ROLES["device"], lasting=YEAR, now=NOW) for name in ("gate-7", "yard-2"))
    authority.revoke("gate-7", now=NOW)

    listed = ["-crl_check", "-CRLfile", str(tmp_path / "ca" / REVOKED)]
    start = datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)
    assert verdict(tmp_path, yard, *listed, at=start).endswith("OK\n")
    assert "revoked" in verdict(tmp_path, gate, *listed, at=start)


def test_the_list_holds_as_long_as_the_authority(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue("gate-7", ROLES["device"], lasting=30 * YEAR, now=NOW)

    listed = ["-crl_check", "-CRLfile", str(tmp_path / "ca" / REVOKED)]
    assert verdict(tmp_path, issued, *listed, at=NOW + 29 * YEAR).endswith("OK\n")


def test_without_a_list_nobody_was_taken_back(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca" / REVOKED).unlink()

    assert 0 == authority.revoke("gate-7", now=NOW)
    assert (tmp_path / "ca" / REVOKED).is_file()


@pytest.mark.parametrize("place", [REVOKED, "issued/gate-7-*.crt"])
def test_a_ruined_list_or_certificate_is_named_with_what_helps(
    authority: Authority, tmp_path: Path, place: str
) -> None:
    authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)
    (ruined,) = (tmp_path / "ca").glob(place)
    ruined.write_bytes(b"")

    for attempt in (authority.valid, authority.revoke):
        with pytest.raises(ConfigError, match=f"cannot read {ruined}") as caught:
            attempt("gate-7", now=NOW)
        assert "from your copy" in (caught.value.hint or "")


def test_a_list_that_cannot_be_written_leaves_the_old_one(authority: Authority, tmp_path: Path) -> None:
    authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)
    before = (tmp_path / "ca" / REVOKED).read_bytes()
    (tmp_path / "ca" / f"{REVOKED}.new" / "in the way").mkdir(parents=True)

    with pytest.raises(ConfigError, match=f"cannot write .*{REVOKED}"):
        authority.revoke("gate-7", now=NOW)

    assert before == (tmp_path / "ca" / REVOKED).read_bytes()


def test_a_name_that_begins_like_another_is_another(authority: Authority) -> None:
    authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)
    authority.issue("gate-7-b", ROLES["device"], lasting=YEAR, now=NOW)

    assert 1 == authority.revoke("gate-7", now=NOW)
    assert 1 == len(authority.valid("gate-7-b", now=NOW))
    assert [] == authority.valid("gate-7-b", now=NOW + 2 * YEAR)


def test_the_folder_is_the_operators_alone(authority: Authority, tmp_path: Path) -> None:
    assert 0o700 == (tmp_path / "ca").stat().st_mode & 0o777
    assert 0o600 == (tmp_path / "ca" / "ca.key").stat().st_mode & 0o777
    assert authority.certificate == (tmp_path / "ca" / CERTIFICATE).read_bytes()


def test_there_is_one_authority_in_a_folder(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="already"):
        Authority.create(tmp_path / "ca", now=NOW)

    assert authority.certificate == Authority(tmp_path / "ca").certificate


def test_a_folder_without_one_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no certificate authority") as caught:
        Authority(tmp_path)

    assert "--new-ca" in (caught.value.hint or "")


@pytest.mark.parametrize("file", ["ca.key", CERTIFICATE])
def test_half_an_authority_says_how_to_begin_again(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "ca"
    (folder / "issued").mkdir(parents=True)
    (folder / file).write_bytes(b"")

    for attempt in (partial(Authority, folder), partial(Authority.create, folder, now=NOW)):
        with pytest.raises(ConfigError, match=f"only {file} is there") as caught:
            attempt()
        assert f"move the folder {folder} away and begin again with --new-ca" in (caught.value.hint or "")
    folder.rename(tmp_path / "away")
    Authority.create(folder, now=NOW).issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)


@pytest.mark.parametrize("failing", range(4))
def test_a_disk_that_fills_up_leaves_no_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    folder = tmp_path / "ca"
    folder.mkdir()
    synced = 0

    def fsync(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if synced == 2 + failing:  # the first is of the name of the folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    real = os.fsync
    monkeypatch.setattr(os, "fsync", fsync)

    with pytest.raises(ConfigError, match=r"cannot write .*No space left"):
        Authority.create(folder, now=NOW)

    assert ["issued"] == [path.name for path in folder.iterdir()]
    Authority.create(folder, now=NOW).issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)


@pytest.mark.parametrize("file", ["ca.key", CERTIFICATE])
def test_a_ruined_file_is_named(authority: Authority, tmp_path: Path, file: str) -> None:
    (tmp_path / "ca" / file).write_bytes(b"garbage")

    with pytest.raises(ConfigError, match="cannot use the certificate authority"):
        Authority(tmp_path / "ca")
    assert authority.certificate


def test_the_key_of_another_authority_is_noticed(authority: Authority, tmp_path: Path) -> None:
    Authority.create(tmp_path / "other", now=NOW)
    (tmp_path / "ca" / "ca.key").write_bytes((tmp_path / "other" / "ca.key").read_bytes())

    with pytest.raises(ConfigError, match="is not the key of"):
        Authority(tmp_path / "ca")
    assert authority.certificate


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="cannot write"):
        Authority.create(tmp_path / "file" / "ca", now=NOW)


def test_a_certificate_that_cannot_be_noted_is_not_given_out(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca" / "issued").rmdir()

    with pytest.raises(ConfigError, match=r"cannot write .*issued/gate-7"):
        authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)
