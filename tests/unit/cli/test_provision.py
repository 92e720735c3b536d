"""`askance provision` as the operator of a fleet meets it."""

import json
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from askance.cli.provision import provision
from askance.errors import AskanceError, ConfigError, MissingPartError


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder of the test's own, as the examples do."""
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(provision, list(arguments))


def refusal(*arguments: str) -> AskanceError:
    """The error that the command ends with."""
    error = run(*arguments).exception
    assert isinstance(error, AskanceError)
    return error


def listed(crl: bytes) -> int:
    """How many certificates OpenSSL finds on a list."""
    done = subprocess.run(["openssl", "crl", "-noout", "-text"], input=crl, capture_output=True, check=True)
    return done.stdout.count(b"Serial Number:")


def test_a_fleet_is_made_in_three_commands() -> None:
    commands = (
        ["mqtt.example.org", "--role", "broker", "--new-ca"],
        ["central", "--role", "central", "--broker", "mqtt.example.org"],
        ["gate-7", "--broker", "mqtt.example.org"],
    )
    done = [run(*arguments) for arguments in commands]

    assert [0, 0, 0] == [one.exit_code for one in done], [one.output for one in done]
    written = [Path(line) for one in done for line in one.stdout.splitlines()]
    assert 14 == len(written)
    assert all(path.is_file() for path in written)
    assert "mqtt.example.org/etc/mosquitto/certs/broker.key" in done[0].stdout
    assert "systemctl restart askance-edge" in done[2].stderr
    for name, home, stem in [("gate-7", "etc/askance", "device"), ("central", "etc/askance", "central")]:
        context = ssl.create_default_context(cafile=f"{name}/{home}/fleet-ca.crt")
        context.load_cert_chain(f"{name}/{home}/{stem}.crt", f"{name}/{home}/{stem}.key")


def test_programs_get_json() -> None:
    done = json.loads(
        run("gate-7", "--broker", "10.0.0.5", "--new-ca", "--days", "30", "--json", "--out", "out").stdout
    )

    assert "gate-7" == done["name"]
    assert all(path.startswith("out/") for path in done["files"])


def test_the_first_time_an_authority_has_to_be_asked_for() -> None:
    assert "--new-ca" in (refusal("gate-7", "--broker", "10.0.0.5").hint or "")
    assert not Path("fleet-ca").exists()


def test_a_device_called_as_the_centre_is_refused_before_anything_is_made() -> None:
    assert isinstance(refusal("central", "--broker", "10.0.0.5", "--new-ca"), ConfigError)
    assert not Path("fleet-ca").exists()


def test_a_second_certificate_has_to_be_asked_for() -> None:
    run("gate-7", "--broker", "10.0.0.5", "--new-ca")

    assert "has a certificate until" in str(refusal("gate-7", "--broker", "10.0.0.5", "--out", "again"))
    assert "already" in str(refusal("gate-7", "--broker", "10.0.0.5", "--renew"))
    assert 0 == run("gate-7", "--broker", "10.0.0.5", "--renew", "--out", "again").exit_code


def test_who_does_not_say_where_the_broker_is_is_asked() -> None:
    done = run("gate-7", "--new-ca")

    assert 2 == done.exit_code
    assert "--broker" in done.stderr


def test_a_stolen_device_is_taken_back_and_can_be_made_anew() -> None:
    run("gate-7", "--broker", "10.0.0.5", "--new-ca")

    done = run("gate-7", "--revoke")

    assert (0, "fleet-ca/revoked.crl\n") == (done.exit_code, done.stdout)
    assert "crlfile, and restart the broker" in done.stderr
    assert "no certificate" in str(refusal("gate-7", "--revoke"))
    assert 0 == run("gate-7", "--broker", "10.0.0.5", "--out", "again").exit_code
    assert 1 == json.loads(run("gate-7", "--revoke", "--json").stdout)["revoked"]


def test_a_broker_that_is_made_later_knows_who_was_taken_back() -> None:
    run("gate-7", "--broker", "10.0.0.5", "--new-ca")
    nobody = Path("fleet-ca/revoked.crl").read_bytes()
    run("gate-7", "--revoke")

    run("10.0.0.5", "--role", "broker")

    (given,) = Path("10.0.0.5").rglob("revoked.crl")
    assert 0 == listed(nobody)
    assert 1 == listed(given.read_bytes()) == listed(Path("fleet-ca/revoked.crl").read_bytes())


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "askance.fleet.authority", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography", None)

    error = refusal("gate-7", "--broker", "10.0.0.5", "--new-ca")

    assert isinstance(error, MissingPartError)
    assert "askance[fleet]" in (error.hint or "")
