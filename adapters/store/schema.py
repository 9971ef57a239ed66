"""The tables that stand beside the event log, in both dialects of SQL."""

from typing import Final

from adapters.store.identity import IDENTITY_TABLE

SCHEMA_VERSION: Final = 10
TAGGED_SINCE: Final = 7
"""The first version whose events have tags."""

# {blob} and {big} are the dialect's words for bytes and 64-bit integers.
TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS contents (
        kind TEXT NOT NULL, number {big} NOT NULL, salt {blob} NOT NULL, msisdn TEXT, body TEXT,
        sender TEXT, folded TEXT, PRIMARY KEY (kind, number))""",
    "CREATE INDEX IF NOT EXISTS contents_msisdn"
    " ON contents (kind, (number >> 9), msisdn, number) WHERE msisdn IS NOT NULL",
    """CREATE TABLE IF NOT EXISTS repeatables (
        digest {blob} NOT NULL, first_number {big} NOT NULL, count {big} NOT NULL,
        answered_at {big} NOT NULL, batch {big}, PRIMARY KEY (digest))""",
    "CREATE INDEX IF NOT EXISTS repeatables_number ON repeatables (first_number)",
    "CREATE INDEX IF NOT EXISTS repeatables_answered_at ON repeatables (answered_at)",
    """CREATE TABLE IF NOT EXISTS credentials (
        key_id TEXT PRIMARY KEY, account {big} NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL,
        issued_at {big} NOT NULL, revoked_at {big}, scopes TEXT NOT NULL,
        sources TEXT NOT NULL, used_at {big}, tag TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX IF NOT EXISTS credentials_account ON credentials (account)",
    """CREATE TABLE IF NOT EXISTS secrets (
        kind TEXT NOT NULL, key TEXT NOT NULL, account {big} NOT NULL, value TEXT NOT NULL,
        at {big} NOT NULL, ends_at {big}, tag TEXT NOT NULL DEFAULT '', PRIMARY KEY (kind, key))""",
    "CREATE INDEX IF NOT EXISTS secrets_account ON secrets (account, kind)",
    "CREATE INDEX IF NOT EXISTS secrets_ends_at ON secrets (ends_at)",
    "CREATE TABLE IF NOT EXISTS numbers (kind TEXT PRIMARY KEY, next {big} NOT NULL)",
    """CREATE TABLE IF NOT EXISTS sim_leases (
        sim {big} PRIMARY KEY, network TEXT NOT NULL, modem TEXT NOT NULL, holder TEXT NOT NULL,
        fence {big} NOT NULL, expires_at {big} NOT NULL, answered_at {big} NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS saves (save_id TEXT PRIMARY KEY, at {big} NOT NULL)",
    "CREATE INDEX IF NOT EXISTS saves_at ON saves (at)",
    """CREATE TABLE IF NOT EXISTS payment_polls (
        number {big} PRIMARY KEY, payment TEXT NOT NULL, provider TEXT NOT NULL,
        round {big} NOT NULL, due_at {big}, asked_at {big} NOT NULL, callbacks {big} NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS payment_polls_due ON payment_polls (due_at)",
    """CREATE TABLE IF NOT EXISTS clock_marks (
        writer TEXT PRIMARY KEY, at {big} NOT NULL, booted_at {big} NOT NULL,
        actor TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS effect_positions (
        follower TEXT PRIMARY KEY, position {big} NOT NULL, holder TEXT, leads_until {big})""",
    """CREATE TABLE IF NOT EXISTS bad_events (
        follower TEXT NOT NULL, position {big} NOT NULL, reason TEXT NOT NULL, at {big} NOT NULL,
        PRIMARY KEY (follower, position))""",
    """CREATE TABLE IF NOT EXISTS writer_tags (
        number {big} PRIMARY KEY, how TEXT NOT NULL, key TEXT NOT NULL, after {big} NOT NULL,
        originator TEXT NOT NULL, version {big} NOT NULL, count {big} NOT NULL,
        mac {blob} NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS writer_tags_after ON writer_tags (after)",
    """CREATE TABLE IF NOT EXISTS seal_tiles (
        level {big} NOT NULL, number {big} NOT NULL, position {big} NOT NULL,
        hashes {blob} NOT NULL, PRIMARY KEY (level, number))""",
    "CREATE INDEX IF NOT EXISTS seal_tiles_position ON seal_tiles (level, position)",
    """CREATE TABLE IF NOT EXISTS webhooks (
        account {big} PRIMARY KEY, epoch {big} NOT NULL, state TEXT NOT NULL, types TEXT NOT NULL,
        delivered {big} NOT NULL, tries {big} NOT NULL, due_at {big} NOT NULL,
        attempts {big} NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (due_at)",
    """CREATE TABLE IF NOT EXISTS webhook_attempts (
        account {big} NOT NULL, slot {big} NOT NULL, number {big} NOT NULL, event TEXT NOT NULL,
        type TEXT NOT NULL, sequence {big} NOT NULL, at {big} NOT NULL, took_ms {big} NOT NULL,
        status {big}, error TEXT, answer TEXT NOT NULL, PRIMARY KEY (account, slot))""",
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)",
    IDENTITY_TABLE,
)

ADDED_COLUMNS: Final = (
    ("credentials", "tag", "TEXT NOT NULL DEFAULT ''"),
    ("secrets", "tag", "TEXT NOT NULL DEFAULT ''"),
)
"""Of tables that an older version made without them."""

SENT_BY: Final = (
    *("stored_events", "stored_snapshots", "contents", "repeatables", "credentials"),
    *("numbers", "sim_leases", "saves", "writer_tags", "store_identity"),
)
"""The tables that accepting and sending a message needs."""

CONTENTS_OF: Final = """WITH RECURSIVE blocks (block) AS (
        SELECT CAST({after} AS BIGINT) >> 9 UNION ALL SELECT block + 1 FROM blocks
        WHERE block < (SELECT max(number) >> 9 FROM contents WHERE kind = {kind}))
    SELECT number FROM blocks JOIN contents ON kind = {kind} AND number >> 9 = block
    WHERE msisdn = {msisdn} AND number > {after} ORDER BY block, number LIMIT {limit}"""
"""Contents of a kind beside a number, by a look into each block of the index (decision 65)."""
CONTENT_COLUMNS: Final = "kind, number, salt, msisdn, body, sender, folded"
REPEATABLE_COLUMNS: Final = "digest, first_number, count, answered_at, batch"
CREDENTIAL_COLUMNS: Final = (
    "key_id, account, name, hash, issued_at, revoked_at, scopes, sources, used_at, tag"
)
SECRET_COLUMNS: Final = "kind, key, account, value, at, ends_at, tag"  # noqa: S105 - names
POLL_COLUMNS: Final = "number, payment, provider, round, due_at, asked_at, callbacks"
DUE_POLLS: Final = (
    "SELECT number, round FROM payment_polls WHERE due_at <= {mark} ORDER BY due_at LIMIT {mark}"
)
TILE_COLUMNS: Final = "level, number, position, hashes"
ATTEMPT_COLUMNS: Final = (
    "account, slot, number, event, type, sequence, at, took_ms, status, error, answer"
)
CLOCK_COLUMNS: Final = "writer, at, booted_at, actor"
TAG_COLUMNS: Final = "number, how, key, after, originator, version, count, mac"
LEASE_COLUMNS: Final = "sim, network, modem, holder, fence, expires_at, answered_at"

SAVES_KEPT_S: Final = 3600
"""A save's row is asked for within a minute or never; housekeeping drops older ones."""
