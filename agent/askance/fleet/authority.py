"""The fleet's certificate authority: a folder with its key, its certificate, and every certificate it has given out.

The only file that knows `cryptography`. Certificates are X.509 version 3 (RFC 5280) with P-256 keys, which every broker
reads, and hold from 1970 on: there a device without a clock's battery starts, and reaches the broker all the same.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from askance.errors import ConfigError
from askance.fleet.files import reading, replace, write_new, writing
from askance.fleet.roles import Role, check_name
from askance.folders import sync_folder

CERTIFICATE: Final = "ca.crt"
REVOKED: Final = "revoked.crl"
YEARS: Final = timedelta(days=30 * 365)
_KEY: Final = "ca.key"
_ISSUED: Final = "issued"
_WRITABLE: Final = "free space, mend the rights of the folder, or name another one with --ca"
_ANEW: Final = "move the folder {folder} away and begin again with --new-ca"
_FROM: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key, both PEM.

    Attributes:
        certificate: to be shown to whoever asks.
        key: to be read by its owner alone; it is kept nowhere else.
        until: when the certificate ends.
    """

    certificate: bytes
    key: bytes = field(repr=False)
    until: datetime


class Authority:
    """Gives out certificates and takes them back.

    Args:
        folder: as ``create`` made it.

    Raises:
        ConfigError: there is none in the folder, or its files cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            _expect_whole(folder)
            self._certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
            key = serialization.load_pem_private_key((folder / _KEY).read_bytes(), password=None)
        except FileNotFoundError as error:
            raise ConfigError(
                f"there is no certificate authority in {folder}", hint="the first time, say --new-ca as well"
            ) from error
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(
                f"cannot use the certificate authority in {folder}: {error}",
                hint=f"bring back {CERTIFICATE} and {_KEY} from your copy, or {_ANEW.format(folder=folder)}",
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != self._certificate.public_key():
            raise ConfigError(f"{folder / _KEY} is not the key of {CERTIFICATE}", hint="bring both back from your copy")
        self._key = key

    @classmethod
    def create(cls, folder: Path, *, now: datetime) -> Self:
        """Make a new authority in a folder that has none.

        Raises:
            ConfigError: there is one already, or the folder cannot be written.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Askance fleet")])
        certificate = (
            _builder(name, name, key=key.public_key(), until=now + YEARS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        with writing(folder, hint=_WRITABLE):
            _expect_whole(folder)
            if (folder / CERTIFICATE).exists():
                raise ConfigError(
                    f"there is a certificate authority already: {folder}", hint="leave out --new-ca to use it"
                )
            (folder / _ISSUED).mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            sync_folder(folder.parent)
            with ExitStack() as undo:
                write_new(folder / _KEY, _pem(key), mode=0o600)
                undo.callback((folder / _KEY).unlink)
                write_new(folder / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
                undo.pop_all()
        made = cls(folder)
        made._note_revoked({})
        return made

    @property
    def certificate(self) -> bytes:
        """Its own certificate, PEM: what everybody else has to trust."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def revoked(self) -> bytes:
        """The list of what was taken back, PEM, as the broker reads it.

        Raises:
            ConfigError: it cannot be read.
        """
        return self._signed(self._revoked())

    def issue(self, name: str, role: Role, *, lasting: timedelta, now: datetime) -> Issued:
        """Make a key and a certificate with the common name ``name``.

        Raises:
            ConfigError: the role cannot have this name, or the folder cannot be written.
        """
        check_name(name, role)
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(now + lasting, self._certificate.not_valid_after_utc)
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if role.serves else ExtendedKeyUsageOID.CLIENT_AUTH
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            _builder(subject, self._certificate.subject, key=key.public_key(), until=until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_address(name)]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        noted = self._folder / _ISSUED / f"{name}-{certificate.serial_number:x}.crt"
        with writing(noted, hint=_WRITABLE):
            write_new(noted, pem, mode=0o644)
        return Issued(pem, _pem(key), until)

    def valid(self, name: str, *, now: datetime) -> list[datetime]:
        """When each certificate of ``name`` that is neither over nor taken back ends, soonest first."""
        taken_back = set(self._revoked())
        return sorted(
            certificate.not_valid_after_utc
            for certificate in self._issued(name)
            if certificate.serial_number not in taken_back and certificate.not_valid_after_utc > now
        )

    def revoke(self, name: str, *, now: datetime) -> int:
        """Take back every certificate of ``name``, in a list that the broker reads (RFC 5280, section 5).

        Returns:
            How many were taken back now.

        Raises:
            ConfigError: the list or a certificate cannot be read, or the list cannot be written.
        """
        taken_back = self._revoked()
        new = [one.serial_number for one in self._issued(name) if one.serial_number not in taken_back]
        self._note_revoked(taken_back | dict.fromkeys(new, now))
        return len(new)

    def _note_revoked(self, taken_back: Mapping[int, datetime]) -> None:
        path = self._folder / REVOKED
        with writing(path, hint=_WRITABLE):
            replace(path, self._signed(taken_back), mode=0o644)

    def _signed(self, taken_back: Mapping[int, datetime]) -> bytes:
        """Write a list that holds as long as the authority, like its certificates also where the clock is behind."""
        own = self._certificate
        crl = x509.CertificateRevocationListBuilder(own.subject, _FROM, own.not_valid_after_utc)
        for serial, when in taken_back.items():
            crl = crl.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, when).build())
        return crl.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _revoked(self) -> dict[int, datetime]:
        path = self._folder / REVOKED
        if not path.exists():
            return {}
        with reading(path, hint="bring it back from your copy, or from the broker, which reads one"):
            return {one.serial_number: one.revocation_date_utc for one in x509.load_pem_x509_crl(path.read_bytes())}

    def _issued(self, name: str) -> Iterator[x509.Certificate]:
        for path in sorted((self._folder / _ISSUED).glob("*.crt")):
            if path.stem.rpartition("-")[0] == name:
                with reading(path, hint="bring it back from your copy"):
                    certificate = x509.load_pem_x509_certificate(path.read_bytes())
                yield certificate


def _expect_whole(folder: Path) -> None:
    """Refuse a folder in which only one of the authority's two files lies.

    Raises:
        ConfigError: there is only one.
        OSError: nobody can say.
    """
    there = [name for name in (_KEY, CERTIFICATE) if (folder / name).exists()]
    if len(there) == 1:
        raise ConfigError(
            f"of the certificate authority in {folder} only {there[0]} is there",
            hint=f"bring the rest back from your copy, or {_ANEW.format(folder=folder)}",
        )


def _builder(
    subject: x509.Name, issuer: x509.Name, *, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), _FROM, until).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key), critical=False
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _address(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
