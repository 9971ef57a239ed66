"""What tags and seals cost a send that comes by HTTP, in the whole ``serve`` that seals too."""

from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from typing import Final

from adapters.bootstrap import seal_key_file
from adapters.security.signing import make_key_file
from adapters.settings import Settings
from tests.benchmarks.bench import STORES, Bench
from tests.benchmarks.gateways import Place
from tests.benchmarks.served import TURNS, Change, Served, row, say
from tests.benchmarks.table import Row
from tests.end_to_end.gateway import Process

SLOWED_MAX: Final = 0.05


class How(StrEnum):
    """What a gateway does for the proof."""

    BARE = "bare"
    TAGGED = "tagged"
    SEALED = "tagged and sealed"


def sealed_sends(bench: Bench) -> Iterator[Row]:
    """On each store: sends to a gateway that tags and seals, beside one that does neither."""
    for store in STORES:
        with ExitStack() as stack:
            served = {how: Served.start(bench, stack, store, _made(how)) for how in How}
            for number in range(1, TURNS + 1):
                for one in served.values():
                    one.turn(bench)
                say(bench, store, number, served)
        bare = served.pop(How.BARE)
        for how, one in served.items():
            what = f"single sends, {how}, {store}: the whole serve"
            yield row(what, one, bare, slowed_max=SLOWED_MAX)


def _made(how: How) -> Change:
    def change(place: Place, process: Process) -> None:
        if how is How.BARE:
            process.module = "tests.benchmarks.untagged"
        if how is How.SEALED:
            settings = Settings(data_dir=place.folder, database_url=place.database_url)
            make_key_file(seal_key_file(settings))

    return change
