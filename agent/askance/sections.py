"""What every section of a configuration shares, and the sections that device and centre have in common."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from askance.units import Duration, at_least, at_most


class Section(BaseModel):
    """A part of the configuration tree: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TlsSection(Section):
    """Encryption of the connection to the broker."""

    ca: Annotated[Path | None, Field(description="file with the certificates to trust; null: the system's")] = None
    certificate: Annotated[Path | None, Field(description="this program's certificate, PEM")] = None
    key: Annotated[Path | None, Field(description="the certificate's private key, PEM")] = None


class BrokerSection(Section):
    """The MQTT broker between device and centre."""

    host: Annotated[str, Field(min_length=1, description="name or address")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="usually 1883, with TLS 8883")] = 1883
    username: Annotated[str | None, Field(description="null: log in without a name")] = None
    password: Annotated[
        SecretStr | None, Field(description="better kept in a file: ASKANCE__BROKER__PASSWORD_FILE names it")
    ] = None
    tls: Annotated[TlsSection | None, Field(description="null: no encryption, for a broker on this machine")] = None
    keepalive: Annotated[
        Duration,
        at_least(timedelta(seconds=1)),
        at_most(timedelta(hours=18)),
        Field(description="silence after which broker and client give each other up"),
    ] = timedelta(seconds=30)


class LogSection(Section):
    """What the program says on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Annotated[Literal["text", "json"], Field(description="json: one object a line, for collectors")] = "text"
