"""The second count on PostgreSQL: over a session of its own, whose tables go with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from adapters.store.recount import statements
from domain.errors import StoreDown

LONGEST_S: Final = 3_600

_WORTH: Final = """
    CREATE FUNCTION pg_temp.worth (value bigint, taken bigint, credits bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS 'SELECT CAST(div(CAST($1 AS numeric) * $2, $3) AS bigint)'
"""
_FACTS: Final = f"""
    CREATE TEMP TABLE recount_facts AS
    SELECT notification_id AS position, topic AS kind, account, credits, value_ngwee AS value,
        vat_ngwee AS vat, amount_ngwee AS amount, fee_ngwee AS fee, source, receipt, lot,
        CAST(coalesce(posts, posts_held) AS int) AS posts,
        {statements.spelt("split_part(coalesce(provider_account, 'unknown/unknown'), '/', 1)")}
        || ':' ||
        {statements.spelt("split_part(coalesce(provider_account, 'unknown/unknown'), '/', 2)")}
        AS wallet,
        {statements.spelt("network")} AS network
    FROM stored_events, json_to_record(CAST(convert_from(state, 'UTF8') AS json)) AS event (
        account bigint, credits bigint, value_ngwee bigint, vat_ngwee bigint, amount_ngwee bigint,
        fee_ngwee bigint, source text, receipt text, lot bigint, posts boolean, posts_held boolean,
        provider_account text, network text
    )
    WHERE notification_id <= %s AND topic = ANY(%s)
"""
_LOTS: Final = """
    SELECT CAST(one->>0 AS bigint) AS lot, one->>1 AS bought_by,
        CAST(one->>2 AS bigint) AS credits, CAST(one->>3 AS bigint) AS value,
        CAST(one->>4 AS bigint) AS taken
    FROM jsonb_array_elements(w.state->'lots') AS one
"""
_DEBT: Final = "CAST(w.state->>'debt' AS bigint)"
_WALK: Final = """
    ANALYZE recount_steps;
    CREATE TEMP TABLE recount_walk AS
    WITH RECURSIVE walk (account, step, state) AS (
        SELECT DISTINCT account, CAST(0 AS bigint),
            CAST('{"lots":[],"debt":0,"owed":0}' AS jsonb) FROM recount_steps
        UNION ALL
        SELECT t.account, t.step, (
            SELECT jsonb_build_object('lots', lots, 'parts', parts, 'taken', taken,
                'debt', debt, 'before', owed, 'change', change,
                'owed', CASE WHEN debt > 0 THEN greatest(owed + change, 0) ELSE 0 END)
            FROM (
                SELECT lots, parts, taken, CAST(w.state->>'owed' AS bigint) AS owed,
                    CASE WHEN t.brings = 1 THEN $DEBT - got ELSE $DEBT + t.credits - got END
                        AS debt,
                    CASE WHEN t.brings = 1 THEN -taken WHEN t.kind = 'CreditWallet.ClawedBack'
                        THEN t.net - taken ELSE 0 END AS change
                FROM (
                    SELECT CAST(coalesce(sum(got), 0) AS bigint) AS got,
                        CAST(coalesce(sum(
                            worth(value, taken + got, credits) - worth(value, taken, credits)
                        ), 0) AS bigint) AS taken,
                        coalesce(jsonb_agg(
                            jsonb_build_array(lot, bought_by, credits, value, taken + got)
                        ) FILTER (WHERE taken + got < credits), '[]') AS lots,
                        coalesce(jsonb_agg(jsonb_build_array(before, got, taken, credits, value))
                            FILTER (WHERE got > 0 AND t.kind = 'Message.Sent'), '[]') AS parts
                    FROM ($TAKEN) AS lots_taken
                ) AS summed
            ) AS owing
        )
        FROM walk AS w JOIN recount_steps AS t ON t.account = w.account AND t.step = w.step + 1
    )
    SELECT t.account, t.place, t.position, t.kind, w.state
    FROM walk AS w JOIN recount_steps AS t ON t.account = w.account AND t.step = w.step;
    CREATE TEMP TABLE recount_walked AS
    SELECT position, kind, CAST(state->>'taken' AS bigint) AS taken,
        CAST(state->>'owed' AS bigint) AS owed, CAST(state->>'before' AS bigint) AS owed_before,
        CAST(state->>'change' AS bigint) AS change
    FROM recount_walk;
    CREATE TEMP TABLE recount_parts AS
    SELECT account, place, CAST(one->>0 AS bigint) AS first, CAST(one->>1 AS bigint) AS got,
        CAST(one->>2 AS bigint) AS taken, CAST(one->>3 AS bigint) AS credits,
        CAST(one->>4 AS bigint) AS value
    FROM recount_walk, jsonb_array_elements(state->'parts') AS one WHERE kind = 'Message.Sent';
    CREATE INDEX recount_parts_by ON recount_parts (account, place);
    ANALYZE recount_facts, recount_moves, recount_parts
"""


class PostgresRecount:
    """``application.ports.Recount`` over the store in a database."""

    def __init__(self, url: str) -> None:
        self._url = url

    def balances(self, until: int) -> Mapping[str, int]:
        """Give what each ledger account holds after the event at position ``until``.

        Raises:
            StoreDown: the events cannot be read, or one is not what it should be.
        """
        with self._counted(until) as connection:
            found = connection.execute(statements.BALANCES).fetchall()
        return dict(found)

    def lines(self, until: int) -> Iterator[tuple[int, str, int]]:
        """Give what each event moves: position, ledger account and amount, in order.

        Raises:
            StoreDown: the events cannot be read, or one is not what it should be.
        """
        with self._counted(until) as connection, connection.cursor("recount") as cursor:
            cursor.itersize = 5_000
            yield from cursor.execute(statements.LINES)

    @contextmanager
    def _counted(self, until: int) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
        options = f"-c statement_timeout={LONGEST_S}s -c jit=off"
        try:
            with psycopg.connect(self._url, options=options, connect_timeout=5) as connection:
                connection.execute(_WORTH)
                connection.execute(_FACTS, (until, list(statements.KINDS)))
                words = {"worth": "pg_temp.worth"}
                for statement in statements.counting(words, lots=_LOTS, debt=_DEBT, walk=_WALK):
                    connection.execute(statement)
                yield connection
                connection.rollback()
        except psycopg.Error as error:
            msg = f"The books cannot be counted in SQL: {error.diag.message_primary}"
            raise StoreDown(msg) from error
