"""What the programs say on standard error: a line for people, or one JSON object a line for collectors."""

import json
import logging
import sys
from typing import Final

from askance.redaction import redact
from askance.sections import LogSection

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class TextFormatter(logging.Formatter):
    """A line for people, without the secrets of addresses, and where there is one the traceback."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, where there is one, the traceback; without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info is not None:
            entry["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def set_up(section: LogSection) -> None:
    """Send everything from the section's level up to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if section.form == "json" else TextFormatter())
    logging.basicConfig(level=_LEVELS[section.level], handlers=[handler], force=True)
