"""Draws a history of payments and rows from a seed: the same seed tells the same story."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Final
from uuid import UUID

from adapters.generation.cases import ANOMALIES, BY_RECEIPT, IN_A_BATCH, OVERLAPS, PLAIN, Case, Row

DAY_S: Final = 24 * 3600
FIRST_DAY_S: Final = 1_767_218_400
"""Where every history begins: midnight in Lusaka, 2026-01-01."""
ANOMALY_EVERY: Final = 8
"""One case of so many has something wrong in it."""
OVERLAP_EVERY: Final = 5
"""One anomaly of so many is an overlap."""
PLAIN_EVERY: Final = 3
"""One case of so many is of the rarer ways in which nothing is wrong."""
BATCH_EVERY_DAYS: Final = 10
VISITS_MAX: Final = 40
"""How often a payer comes back: each time with another amount."""
SPACE_DAYS: Final = 3
"""How far the visits of a payer lie apart at least, about."""
TWIN_S: Final = 20
FEES: Final = {"mtn": (0, 150), "airtel": (10, 100), "zamtel": (0, 0), "pawapay": (0, 250)}
"""What each provider keeps: ngwee, and parts of 10,000, half a ngwee rounded up."""
_PREFIX: Final = {"mtn": "096", "airtel": "097", "zamtel": "095", "pawapay": "076"}
_OTHER_PAYER: Final = "0779999999"


@dataclass(slots=True, kw_only=True)
class Payment:
    """One entry of our books."""

    provider: str
    reference: str
    receipt: str
    amount_ngwee: int
    msisdn: str
    at_s: int
    standing: str
    truth: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class StatementRow:
    """One row of a statement."""

    receipt: str
    reference: str
    words: str
    amount_ngwee: int
    fee_ngwee: int
    msisdn: str
    at_s: int
    kind: str
    original: str = ""
    payments: list[str] = field(default_factory=list)
    truth: tuple[str, ...] = ()
    suggests: str = ""
    repeats: bool = False


@dataclass(slots=True)
class _Scene:
    """What a case is told with."""

    provider: str
    msisdn: str
    amount: int
    at_s: int
    ours: list[Payment]
    told: list[StatementRow] = field(default_factory=list)


class Story:
    """All that happened, in memory: some hundred bytes a payment."""

    def __init__(self, *, seed: int, payments: int, days: int) -> None:
        self.days = days
        self.payments: list[Payment] = []
        self.rows: dict[str, list[StatementRow]] = {provider: [] for provider in FEES}
        self.told: Counter[str] = Counter()
        """How often each case was told."""
        self._random = random.Random(f"statements/{seed}")  # noqa: S311 - a story, not a secret
        self._batches: dict[int, list[Payment]] = defaultdict(list)
        visits = min(VISITS_MAX, max(1, days // SPACE_DAYS))
        self._payers = -(-payments // visits)
        self._amounts: dict[int, set[int]] = defaultdict(set)
        cases = self._cases()
        for place in range(payments):
            step = days * DAY_S / payments
            at_s = FIRST_DAY_S + int((place + self._random.random() * 0.5) * step)
            self._tell(next(cases), place % self._payers, at_s)
        self._close_batches()
        self._settle()
        for rows in self.rows.values():
            rows.sort(key=lambda row: row.at_s)

    def _cases(self) -> Iterator[Case]:
        """Give every kind of case in turn, so that small histories have them all."""
        plain, anomalies, overlaps = cycle(PLAIN), cycle(ANOMALIES), cycle(OVERLAPS)
        for place in count(1):
            if place % (ANOMALY_EVERY * OVERLAP_EVERY) == 0:
                yield next(overlaps)
            elif place % ANOMALY_EVERY == 0:
                yield next(anomalies)
            elif place % PLAIN_EVERY == 0:
                yield next(plain)
            else:
                yield BY_RECEIPT

    def _tell(self, case: Case, payer: int, at_s: int) -> None:
        provider = self._random.choice(case.providers)
        day = (at_s - FIRST_DAY_S) // DAY_S
        is_batched = provider == "zamtel" and day % BATCH_EVERY_DAYS == BATCH_EVERY_DAYS - 1
        if is_batched:
            case = IN_A_BATCH
        self.told[case.name] += 1
        msisdn = f"{_PREFIX[provider]}{payer:07}"
        amount = self._amount(payer)
        ours = [
            Payment(
                provider=provider,
                reference=self._uuid(),
                receipt=self._receipt(provider) if one.knows_receipt else "",
                amount_ngwee=-amount if one.is_refund else amount,
                msisdn=msisdn,
                at_s=at_s + number * TWIN_S,
                standing=one.standing,
                truth=one.truth,
            )
            for number, one in enumerate(case.ours)
        ]
        if provider == "pawapay":
            for payment in ours:
                payment.receipt = payment.receipt and payment.reference
        self.payments += ours
        if is_batched:
            self._batches[day] += ours
        scene = _Scene(provider, msisdn, amount, at_s, ours)
        for row in case.rows:
            scene.told.append(self._row(row, scene))
        self.rows[provider] += scene.told

    def _row(self, row: Row, scene: _Scene) -> StatementRow:
        about = scene.ours[row.of or 0] if scene.ours else None
        first = scene.told[0] if scene.told else None
        shown = (scene.amount if row.kind == "payment" else -scene.amount) // row.share
        if row.share > 1 and first is not None:
            shown = scene.amount - first.amount_ngwee
        shown += row.extra_ngwee
        bears_known = row.is_receipt_of and row.kind != "reversal"
        known = about.receipt if about is not None and bears_known else ""
        receipt = known or self._receipt(scene.provider)
        flat, rate = FEES[scene.provider]
        fee = flat + (shown * rate + 5_000) // 10_000 if shown > 0 else 0
        at_s = scene.at_s + row.delay_s + self._random.randrange(15)
        if row.repeats and first is not None:
            receipt, fee, at_s = first.receipt, first.fee_ngwee, first.at_s
        reference = about.reference if about is not None else ""
        return StatementRow(
            receipt=receipt,
            reference=reference if row.names == "column" else "",
            words=f"Payment {reference}, thank you" if row.names == "words" else "",
            amount_ngwee=shown,
            fee_ngwee=fee + row.fee_extra_ngwee,
            msisdn=_OTHER_PAYER if row.is_by_another else scene.msisdn,
            at_s=at_s,
            kind=row.kind,
            original=first.receipt if first is not None and row.undoes else "",
            payments=[reference] if about is not None and row.of is not None else [],
            truth=row.truth,
            suggests=reference if row.suggests else "",
            repeats=row.repeats,
        )

    def _close_batches(self) -> None:
        for day, payments in self._batches.items():
            row = self._alone("zamtel", "batch", FIRST_DAY_S + (day + 1) * DAY_S - 1)
            row.amount_ngwee = sum(one.amount_ngwee for one in payments)
            row.payments = [one.reference for one in payments]

    def _settle(self) -> None:
        """Move what came in to the bank, every week."""
        for provider, rows in self.rows.items():
            for week in range(1, self.days // 7 + 1):
                ends_s = FIRST_DAY_S + week * 7 * DAY_S
                begins_s = ends_s - 7 * DAY_S
                came = [one for one in rows if begins_s <= one.at_s < ends_s and not one.repeats]
                total = sum(one.amount_ngwee - one.fee_ngwee for one in came)
                if total > 0:
                    self._alone(provider, "settlement", ends_s).amount_ngwee = -total

    def _alone(self, provider: str, kind: str, at_s: int) -> StatementRow:
        row = StatementRow(
            receipt=self._receipt(provider),
            reference="",
            words="",
            amount_ngwee=0,
            fee_ngwee=0,
            msisdn="",
            at_s=at_s,
            kind=kind,
        )
        self.rows[provider].append(row)
        return row

    def _amount(self, payer: int) -> int:
        """Draw whole kwacha that this payer never paid before."""
        used = self._amounts[payer]
        while (amount := self._random.randrange(5, 500) * 100) in used:
            pass
        used.add(amount)
        return amount

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _receipt(self, provider: str) -> str:
        number = self._random.getrandbits(44)
        if provider == "pawapay":
            return self._uuid()
        return f"MP{number:014}" if provider == "airtel" else f"{number:014}"
