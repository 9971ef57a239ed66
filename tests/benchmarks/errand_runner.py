"""``python -P errand_runner.py FOLDER [DATABASE_URL]``: runs errands beside a server.

It runs with the code of the checkout that ``PYTHONPATH`` names, which may be an older one, and so
uses what has long been in ``tests.benchmarks.gateways``, and nothing that stands beside it here. An
order is a line of JSON, and so is its answer. The tables are made first.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.gateways import Guest, Place, wait_until_followed


def _run(place: Place, guest: Guest, order: str, arguments: list[str]) -> Any:
    if order == "environment":
        return dict(place.environment)
    if order == "account":
        account = guest.create_account(*arguments)
        return account.number, account.key
    if order == "online":
        guest.stay_online()
        return None
    if order == "follow":
        started_s = time.monotonic()
        wait_until_followed(guest, within_s=600)
        return time.monotonic() - started_s
    msg = f"no such errand: {order}"
    raise ValueError(msg)


def main(folder: str, url: str | None = None) -> None:
    """Make the tables, then run what is ordered until there are no more orders."""
    place = Place(name="beside", folder=Path(folder), database_url=url)
    place.migrate()
    with place.guest() as guest:
        for line in sys.stdin:
            order, *arguments = json.loads(line)
            print(json.dumps(_run(place, guest, order, arguments)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
