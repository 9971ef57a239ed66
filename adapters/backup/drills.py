"""When a backup was last tried, and what came of it: a small file in the data folder."""

import json
from typing import Any, Final

from adapters.backup.report import Report
from adapters.security.secret import keep_private
from adapters.settings import Settings

NAME: Final = "drill.json"


def remember_drill(settings: Settings, report: Report, *, at: str, took_s: float) -> None:
    """Note a drill in the place of the one before."""
    said = {
        "at": at,
        "file": str(report.file.absolute()),
        "made_at": report.made_at,
        "ok": report.is_ok,
        "took_s": round(took_s, 3),
    }
    keep_private(settings.data_dir / NAME, f"{json.dumps(said)}\n")


def last_drill(settings: Settings) -> dict[str, Any] | None:
    """Give the last drill that these settings noted; None when there was none."""
    path = settings.data_dir / NAME
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
