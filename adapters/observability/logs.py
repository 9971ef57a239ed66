"""JSON logs on standard error: one object a line, with nothing personal and no secret in it."""

import atexit
import json
import logging
import threading
from datetime import UTC, datetime
from typing import Final

from adapters.observability.outlet import Outlet

ROOT: Final = "ngoma"
"""Above every logger of ours: ``ngoma.<subject>``."""
HEARD: Final = (ROOT, "uvicorn")
"""Whose records the level is about; of other libraries only warnings and worse are written."""

STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
DROPPED_FIELDS: Final = frozenset({"color_message"})
"""What uvicorn adds for terminals."""
START: Final = "ngoma.start"
"""The logger of what a process says when it starts, whatever the level is."""
LEVELS: Final = ("debug", "info", "warning", "error")


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
            (name, value)
            for name, value in vars(record).items()
            if name not in STANDARD_FIELDS and name not in DROPPED_FIELDS
        )
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class OutletHandler(logging.Handler):
    """Hands lines over to an outlet, which never makes anybody wait."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__()
        self._outlet = outlet
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over one line."""
        try:
            self._outlet.say(f"{self.format(record)}\n".encode())
        except Exception:  # noqa: BLE001 - a line that cannot be formatted must not end its caller
            self._outlet.dropped += 1


def configure_logs(level: str) -> Outlet:
    """Send every log of the process to standard error as JSON lines, ours from ``level`` on.

    Gives the way out, which the access log takes too.
    """
    outlet = Outlet(dropped_line=_dropped_line)
    atexit.register(outlet.close)
    root = logging.getLogger()
    root.handlers[:] = [OutletHandler(outlet)]
    root.setLevel(logging.WARNING)
    for name in HEARD:
        logging.getLogger(name).setLevel(level.upper())
    logging.getLogger(START).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_thread_error
    return outlet


def hush(library: str) -> None:
    """Let a library say nothing: who uses it says what there is to say, without its details."""
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)


def _dropped_line(lines: int) -> bytes:
    message = f"{lines} log lines are missing here: they did not leave in time."
    record = logging.makeLogRecord(
        {"name": "ngoma.logs", "levelname": "WARNING", "msg": message, "lines": lines}
    )
    return f"{JsonFormatter().format(record)}\n".encode()


def _log_thread_error(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "?"
    logging.getLogger("ngoma.threads").error("The thread %s ended.", name, exc_info=args.exc_value)
