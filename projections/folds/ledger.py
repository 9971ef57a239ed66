"""Folds what every event posts, and the lots that it takes."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from domain.ledger import RULES, TAKES_LOTS, Holdings, Lot, Posting, postings
from domain.message.events import Sent
from domain.values import INT_MAX
from domain.wallet import CreditWallet
from projections import catalogue
from projections.ledger import ACCOUNTS, DEBTS, LINES_BITS, LOTS, POSTINGS
from projections.projection import Batch, Projection

_SQLITE_LOTS: Final = """
    SELECT l.account, l.position, l.receipt, l.credits, l.value_ngwee, l.taken
    FROM json_each(?) AS k JOIN ledger_lots{suffix} AS l ON l.account = k.value
    AND l.position IN (
        SELECT o.position FROM ledger_lots{suffix} AS o
        WHERE o.account = k.value AND o.taken < o.credits ORDER BY o.position LIMIT ?
    )
    ORDER BY l.account, l.position
"""
_POSTGRES_LOTS: Final = """
    SELECT l.account, l.position, l.receipt, l.credits, l.value_ngwee, l.taken
    FROM json_array_elements_text(%s) AS k, LATERAL (
        SELECT * FROM ledger_lots{suffix} AS o
        WHERE o.account = k.value::bigint AND o.taken < o.credits ORDER BY o.position LIMIT %s
    ) AS l
    ORDER BY l.account, l.position
"""
_TAKES_OLDEST: Final = frozenset({Sent, CreditWallet.TopUp, CreditWallet.Granted})
"""Events that need no more lots than they have credits, and of those the oldest."""


class Ledger(Projection):
    """Folds every event that moves credits or money by the rules of ``domain/ledger``."""

    name, version = catalogue.LEDGER
    tables = (ACCOUNTS, POSTINGS, LOTS, DEBTS)
    events = frozenset(RULES)

    def apply(self, batch: Batch) -> None:
        """Post a batch of events."""
        pouches, nobody = _Pouches(batch), Holdings()
        posted: list[tuple[int, int, Posting]] = []
        for position, event in batch.events:
            held = pouches.held[event.account] if type(event) in TAKES_LOTS else nobody
            place, at = position << LINES_BITS, event.at
            for line in postings(position, event, held, rules=RULES):
                place += 1
                posted.append((place, at, line))
            if held.added:
                pouches.note_new(event)
        accounts, rows = batch.rows(ACCOUNTS), batch.rows(POSTINGS)
        accounts.load({line.account for _, _, line in posted})
        for place, at, (name, commodity, amount) in posted:
            if name not in accounts:
                accounts.add({"account": name, "id": place, "commodity": commodity, "amount": 0})
            account = accounts[name]
            account["amount"] += amount
            rows.append(place, at, account["id"], amount)
        pouches.write()


class _Pouches:
    """The holdings of the accounts that a batch is about, as tables keep them."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._new: list[tuple[int, int, Lot]] = []
        oldest: dict[int, int] = defaultdict(int)
        whole: set[int] = set()
        for _, event in batch.events:
            if type(event) in _TAKES_OLDEST:
                oldest[event.account] += abs(event.credits)
            elif type(event) in TAKES_LOTS:
                whole.add(event.account)
        accounts = oldest.keys() | whole
        self._debts = batch.rows(DEBTS)
        self._debts.load(accounts)
        # Every open lot has a credit at least, so no more lots can be needed than credits.
        lots = _open_lots(batch, oldest.keys() - whole, limit=max(oldest.values(), default=0))
        lots.update(_open_lots(batch, whole, limit=None))
        self._taken = {
            (account, lot.position): (lot, lot.taken)
            for account, found in lots.items()
            for lot in found
        }
        self.held = {
            account: self._holdings(account, lots.get(account, [])) for account in accounts
        }

    def _holdings(self, account: int, lots: Sequence[Lot]) -> Holdings:
        if account not in self._debts:
            return Holdings.of(lots)
        row = self._debts[account]
        return Holdings.of(lots, debt=row["credits"], receivable_ngwee=row["receivable_ngwee"])

    def note_new(self, event: Any) -> None:
        """Keep the lot that an event brought."""
        added = self.held[event.account].added
        self._new += [(event.account, event.at, lot) for lot in added]
        added.clear()

    def write(self) -> None:
        """Write what changed: lots that something was taken of, new ones, and debts."""
        rows = self._batch.rows(LOTS)
        changed = {key: lot for key, (lot, taken) in self._taken.items() if lot.taken != taken}
        rows.load(changed)
        for place, lot in changed.items():
            rows[place]["taken"] = lot.taken
        for account, at, lot in self._new:
            rows.add(
                {
                    "account": account,
                    "position": lot.position,
                    "at": at,
                    "receipt": lot.receipt,
                    "credits": lot.credits,
                    "value_ngwee": lot.value_ngwee,
                    "taken": lot.taken,
                }
            )
        for account, held in self.held.items():
            if held.debt and account not in self._debts:
                self._debts.add({"account": account, "credits": 0, "receivable_ngwee": 0})
            if held.debt:
                self._debts[account].update(
                    credits=held.debt, receivable_ngwee=held.receivable_ngwee
                )
            elif account in self._debts:
                self._debts.remove(account)


def _open_lots(
    batch: Batch, accounts: Collection[int], *, limit: int | None
) -> dict[int, list[Lot]]:
    """Read the oldest open lots of each account, at most ``limit`` where it says: one query."""
    found: dict[int, list[Lot]] = defaultdict(list)
    if accounts:
        query = _POSTGRES_LOTS if batch.driver.is_postgresql else _SQLITE_LOTS
        given = json.dumps(list(accounts)), INT_MAX if limit is None else limit
        for account, *lot in batch.driver.execute(query.format(suffix=batch.suffix), given):
            found[account].append(Lot(*lot))
    return found
