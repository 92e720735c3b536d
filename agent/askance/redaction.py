"""Text without the logins and secrets of the addresses in it: what is said, logged, sent or shown passes here."""

import re
from typing import Final

_STARS: Final = "***"
_TOLD: Final = "pass|pas|pwd|psw|token|secret|key|auth|sig|session|credential"

# An address's login ends with the last @ before the path; people also write passwords with a slash, and no scheme.
_LOGINS: Final = (
    re.compile(r"(?<=://)(?:[^/?#\s]*|[^/?#\s@]*:\S*)(?=@)"),
    re.compile(r"(?i)(?<=%3a%2f%2f)[^&\s]*(?=%40)"),
    re.compile(r"(?<![^\s'\"(])[^\s/:@'\"(]+:(?!//)\S*(?=@)"),
)
# A login whose end was cut off looks like a host with a port that is no number.
_CUT: Final = re.compile(r"(?<=://)[^\[/?#\s@:*][^/?#\s@:]*:(?!\d{1,5}(?!\w))[^/?#\s@]+(?!\S*@)")
_VALUES: Final = re.compile(rf"(?i)([?&;/_](?:[^=&;/\s]*(?:{_TOLD})[^=&;/\s]*)=)[^&;#\s]*")


def redact(text: str) -> str:
    """Return ``text`` with the login and the secrets of every address in it replaced by three stars.

    A login is all between ``://`` and the last ``@`` before the path, or ``name:password@`` without a scheme; a secret
    is the value of a key that speaks of a password, token, key, signature, session or authorization.
    """
    for login in _LOGINS:
        text = login.sub(_STARS, text)
    return _VALUES.sub(rf"\1{_STARS}", _CUT.sub(_STARS, text))
