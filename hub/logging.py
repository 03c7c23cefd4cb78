"""Structured logs: a constant message, fields beside it, never the contents of a record.

    logging.getLogger(__name__).info("batch appended", extra={"batch_id": ..., "sequence": ...})

`text` is for a terminal, `json` (one object a line) for a log collector. Both carry the same fields.
"""

import datetime as dt
import logging
import sys
from typing import TextIO

import msgspec

from hub.settings import Settings

_standard = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure_logging(settings: Settings, role: str, stream: TextIO | None = None) -> None:
    """Sends every log record of this process to `stream` (standard error) in the format of the settings."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(role) if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What was given as `extra`."""
    return {name: value for name, value in vars(record).items() if name not in _standard}


def instant_of(record: logging.LogRecord) -> dt.datetime:
    return dt.datetime.fromtimestamp(record.created, dt.UTC)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, role, logger, message, then the fields."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": instant_of(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._role,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(fields_of(record) | entry, enc_hook=str).decode()


class TextFormatter(logging.Formatter):
    """`10:59:59 info hub.intake: batch appended sequence=12`, in local time."""

    def format(self, record: logging.LogRecord) -> str:
        clock = instant_of(record).astimezone().strftime("%H:%M:%S")
        fields = "".join(f" {name}={value}" for name, value in fields_of(record).items())
        line = f"{clock} {record.levelname.lower()} {record.name}: {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
