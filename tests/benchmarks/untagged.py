"""``python -m tests.benchmarks.untagged``: ``ngoma`` without the writer's tags, to compare with."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from adapters.store.postgres import PostgresStore
from adapters.store.postgres.saving import PostgresTurn
from adapters.store.sqlite import SqliteStore
from adapters.store.sqlite.saving import SqliteTurn
from application.ports import Save
from domain.proof.writer import Place
from worker.cli import main


def _without_tags(store: type[Any]) -> Callable[..., None]:
    transact = store.transact

    def bare(self: Any, decide: Callable[[Any], Save]) -> None:
        def without(turn: Any) -> Save:
            save = decide(turn)
            save.changes[:] = [change for change in save.changes if change is not None]
            return save

        transact(self, without)

    return bare


if __name__ == "__main__":
    with ExitStack() as stack:
        stack.enter_context(patch("application.books.committer.tag_of", lambda *_: None))
        for turn in (SqliteTurn, PostgresTurn):
            stack.enter_context(patch.object(turn, "tags_end", lambda _: Place()))
        for store in (SqliteStore, PostgresStore):
            stack.enter_context(patch.object(store, "transact", _without_tags(store)))
        main(prog_name="ngoma")
