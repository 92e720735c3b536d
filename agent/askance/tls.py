"""The TLS context of the connection to the broker: its certificate and its name are always checked."""

import ssl

from askance.errors import ConfigError
from askance.sections import TlsSection


def tls_context(tls: TlsSection) -> ssl.SSLContext:
    """Build a context from the files that the section names.

    Raises:
        ConfigError: one of them cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if tls.ca is None else str(tls.ca))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"cannot use the certificates of broker.tls: {error}", hint="check `broker.tls.ca`, `.certificate`, `.key`"
        ) from error
    return context
