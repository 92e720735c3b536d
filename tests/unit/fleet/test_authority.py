"""Certificates as an independent reader of them sees them: OpenSSL."""

import subprocess
from datetime import UTC, datetime, timedelta
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

    with pytest.raises(ConfigError, match="cannot note the certificate of gate-7"):
        authority.issue("gate-7", ROLES["device"], lasting=YEAR, now=NOW)
