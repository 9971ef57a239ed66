"""The second count on SQLite: over a connection that only reads, in tables of its own."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from adapters.store.recount import statements
from domain.errors import StoreDown

CACHE_KIB: Final = 16_384

_COMMON: Final = "('CreditWallet.Reserved', 'CreditWallet.Refunded', 'Message.Sent')"
"""Nearly all events, which have few of the fields."""


def _rare(field: str) -> str:
    """Read a field that the common events have not."""
    return f"CASE WHEN topic NOT IN {_COMMON} THEN json_extract(state, '$.{field}') END"


_FACTS: Final = f"""
    CREATE TEMP TABLE recount_facts AS
    SELECT position, kind, account, credits, value, vat, amount, fee, source, receipt, lot, posts,
        {statements.spelt("substr(wallet, 1, instr(wallet, '/') - 1)")} || ':' ||
        {statements.spelt("substr(wallet, instr(wallet, '/') + 1)")} AS wallet,
        {statements.spelt("network")} AS network
    FROM (
        SELECT rowid AS position, topic AS kind,
            json_extract(state, '$.account') AS account,
            json_extract(state, '$.credits') AS credits,
            {_rare("value_ngwee")} AS value,
            {_rare("vat_ngwee")} AS vat,
            {_rare("amount_ngwee")} AS amount,
            {_rare("fee_ngwee")} AS fee,
            {_rare("source")} AS source,
            {_rare("receipt")} AS receipt,
            {_rare("lot")} AS lot,
            coalesce({_rare("posts")}, {_rare("posts_held")}) AS posts,
            CASE WHEN topic NOT IN {_COMMON}
                THEN coalesce(json_extract(state, '$.provider_account'), 'unknown/unknown')
                END AS wallet,
            CASE WHEN topic = 'Message.Sent' THEN json_extract(state, '$.network') END AS network
        FROM (
            SELECT rowid, topic, CAST(state AS TEXT) AS state FROM stored_events
            WHERE rowid <= ? AND topic IN ({", ".join("?" for _ in statements.KINDS)})
        )
    )
"""
_LOTS: Final = """
    SELECT json_extract(value, '$[0]') AS lot, json_extract(value, '$[1]') AS bought_by,
        json_extract(value, '$[2]') AS credits, json_extract(value, '$[3]') AS value,
        json_extract(value, '$[4]') AS taken
    FROM json_each(w.state, '$.lots')
"""
_DEBT: Final = "json_extract(w.state, '$.debt')"
_WALK: Final = """
    CREATE TEMP TABLE recount_walk AS
    WITH RECURSIVE walk (account, step, state) AS (
        SELECT DISTINCT account, 0, '{"lots":[],"debt":0,"owed":0}' FROM recount_steps
        UNION ALL
        SELECT t.account, t.step, (
            SELECT json_object('lots', json(lots), 'parts', json(parts), 'taken', taken,
                'debt', debt, 'before', owed, 'change', change,
                'owed', CASE WHEN debt > 0 THEN greatest(owed + change, 0) ELSE 0 END)
            FROM (
                SELECT lots, parts, taken, json_extract(w.state, '$.owed') AS owed,
                    CASE WHEN t.brings = 1 THEN $DEBT - got ELSE $DEBT + t.credits - got END
                        AS debt,
                    CASE WHEN t.brings = 1 THEN -taken WHEN t.kind = 'CreditWallet.ClawedBack'
                        THEN t.net - taken ELSE 0 END AS change
                FROM (
                    SELECT coalesce(sum(got), 0) AS got, coalesce(sum(
                            worth(value, taken + got, credits) - worth(value, taken, credits)
                        ), 0) AS taken,
                        json_group_array(json_array(lot, bought_by, credits, value, taken + got))
                            FILTER (WHERE taken + got < credits) AS lots,
                        json_group_array(json_array(before, got, taken, credits, value))
                            FILTER (WHERE got > 0 AND t.kind = 'Message.Sent') AS parts
                    FROM ($TAKEN)
                )
            )
        )
        FROM walk AS w JOIN recount_steps AS t ON t.account = w.account AND t.step = w.step + 1
    )
    SELECT t.account, t.place, t.position, t.kind, w.state
    FROM walk AS w JOIN recount_steps AS t ON t.account = w.account AND t.step = w.step;
    CREATE TEMP TABLE recount_walked AS
    SELECT position, kind, json_extract(state, '$.taken') AS taken,
        json_extract(state, '$.owed') AS owed, json_extract(state, '$.before') AS owed_before,
        json_extract(state, '$.change') AS change
    FROM recount_walk;
    CREATE TEMP TABLE recount_parts AS
    SELECT account, place, json_extract(value, '$[0]') AS first, json_extract(value, '$[1]') AS got,
        json_extract(value, '$[2]') AS taken, json_extract(value, '$[3]') AS credits,
        json_extract(value, '$[4]') AS value
    FROM (SELECT w.account, w.place, j.value FROM recount_walk AS w,
        json_each(w.state, '$.parts') AS j WHERE w.kind = 'Message.Sent');
    CREATE INDEX recount_parts_by ON recount_parts (account, place)
"""


class SqliteRecount:
    """``application.ports.Recount`` over the store in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def balances(self, until: int) -> Mapping[str, int]:
        """Give what each ledger account holds after the event at position ``until``.

        Raises:
            StoreDown: the events cannot be read, or one is not what it should be.
        """
        with self._counted(until) as connection:
            return dict(connection.execute(statements.BALANCES).fetchall())

    def lines(self, until: int) -> Iterator[tuple[int, str, int]]:
        """Give what each event moves: position, ledger account and amount, in order.

        Raises:
            StoreDown: the events cannot be read, or one is not what it should be.
        """
        with self._counted(until) as connection:
            yield from connection.execute(statements.LINES)

    @contextmanager
    def _counted(self, until: int) -> Iterator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
                connection.create_function("worth", 3, _worth, deterministic=True)
                connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
                connection.execute(_FACTS, (until, *statements.KINDS))
                words = {"least": "min", "greatest": "max"}
                for statement in statements.counting(words, lots=_LOTS, debt=_DEBT, walk=_WALK):
                    connection.execute(statement)
                yield connection
        except sqlite3.Error as error:
            msg = f"The books cannot be counted in SQL: {error}"
            raise StoreDown(msg) from error


def _worth(value: int, taken: int, credits: int) -> int:
    """Say what the first ``taken`` credits of a lot are worth: SQLite's integers are too short."""
    return value * taken // credits
