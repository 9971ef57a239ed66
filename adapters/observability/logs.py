"""JSON logs on standard error: one object a line, with nothing personal and no secret in it."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

ROOT: Final = "ngoma"
"""Above every logger of ours: ``ngoma.<subject>``."""
HEARD: Final = (ROOT, "uvicorn")
"""Whose records the level is about; of other libraries only warnings and worse are written."""

STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; what a caller passes as ``extra`` becomes fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(
            (name, value) for name, value in vars(record).items() if name not in STANDARD_FIELDS
        )
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logs(level: str) -> None:
    """Send every log of the process to standard error as JSON lines, ours from ``level`` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in HEARD:
        logging.getLogger(name).setLevel(level.upper())
