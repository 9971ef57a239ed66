"""The statements that count the books: temporary tables from the events, and lines out of these.

What a credit was bought for is the hard part, since lots are taken in their order. Each account is
walked step by step: an event that brings or takes a lot is one step, and so are all messages in a
row between two of those. The walk says which lots a row of messages took; what each message took of
them is then a join of intervals.

They are written in PostgreSQL's words; ``least``, ``greatest`` and ``worth`` are called otherwise
elsewhere.
"""

import re
from collections.abc import Mapping
from typing import Final

LOT_KINDS: Final = (
    "CreditWallet.TopUp",
    "CreditWallet.Granted",
    "CreditWallet.Adjusted",
    "CreditWallet.CreditsExpired",
    "CreditWallet.ClawedBack",
    "CreditWallet.CashedOut",
    "Message.Sent",
)
KINDS: Final = (
    *LOT_KINDS,
    "CreditWallet.Reserved",
    "CreditWallet.Refunded",
    "Payment.Refunded",
    "Receipt.SeenOnStatement",
    "Receipt.Held",
    "Receipt.Matched",
    "Receipt.Unmatched",
    "Receipt.Settled",
    "Receipt.WrittenOff",
)

_MOVES: Final = """
    CREATE TEMP TABLE recount_moves AS
    SELECT *, 2 * era + is_sent AS place,
        CASE WHEN is_sent = 1 THEN
            CAST(sum(credits) OVER (PARTITION BY account, era, is_sent ORDER BY position) AS bigint)
                - credits
        END AS first
    FROM (
        SELECT position, account, kind, network, credits, coalesce(value - vat, 0) AS net, receipt,
            lot, CASE WHEN kind = 'Message.Sent' THEN 1 ELSE 0 END AS is_sent,
            sum(CASE WHEN kind = 'Message.Sent' THEN 0 ELSE 1 END)
                OVER (PARTITION BY account ORDER BY position) AS era
        FROM recount_facts
        WHERE kind IN ('CreditWallet.TopUp', 'CreditWallet.Granted', 'CreditWallet.Adjusted',
            'CreditWallet.CreditsExpired', 'CreditWallet.ClawedBack', 'CreditWallet.CashedOut',
            'Message.Sent')
    ) AS numbered
"""
_STEPS: Final = """
    CREATE TEMP TABLE recount_steps AS
    SELECT *, row_number() OVER (PARTITION BY account ORDER BY place) AS step
    FROM (
        SELECT account, place, min(position) AS position, min(kind) AS kind,
            abs(CAST(sum(credits) AS bigint)) AS credits, min(net) AS net, min(receipt) AS receipt,
            min(lot) AS lot, CASE
                WHEN min(kind) IN ('CreditWallet.TopUp', 'CreditWallet.Granted') THEN 1
                WHEN min(kind) = 'CreditWallet.Adjusted' AND min(credits) > 0 THEN 1 ELSE 0
            END AS brings
        FROM recount_moves GROUP BY account, place
    ) AS grouped
"""
_STEPS_BY_PLACE: Final = "CREATE UNIQUE INDEX recount_steps_by ON recount_steps (account, step)"

_TAKEN: Final = """
    SELECT lot, bought_by, credits, value, taken, is_named, before,
        greatest(0, least(credits - taken, wanted - before)) AS got
    FROM (
        SELECT *, coalesce(CAST(sum(credits - taken) OVER (
            ORDER BY is_named DESC, lot ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS bigint), 0) AS before,
        CASE WHEN t.brings = 1 THEN least($DEBT, t.credits) ELSE t.credits END AS wanted
        FROM (
            SELECT lot, bought_by, credits, value, taken, CASE
                WHEN t.kind = 'CreditWallet.CreditsExpired' AND lot = t.lot THEN 1
                WHEN t.kind IN ('CreditWallet.ClawedBack', 'CreditWallet.CashedOut')
                    AND bought_by = t.receipt THEN 1 ELSE 0 END AS is_named
            FROM ($LOTS) AS kept
            UNION ALL
            SELECT t.position, t.receipt, t.credits, t.net, 0, 1 WHERE t.brings = 1
        ) AS there
    ) AS ordered
"""
"""How many of each lot's credits a step takes: of the lot that it names, then of the oldest."""

_VALUES: Final = """
    CREATE TEMP TABLE recount_values AS
    SELECT m.position, CAST(sum(
        worth(p.value, p.taken + least(m.first + m.credits, p.first + p.got) - p.first, p.credits)
        - worth(p.value, p.taken + greatest(m.first, p.first) - p.first, p.credits)
    ) AS bigint) AS taken, 0 AS owed, 0 AS forgotten
    FROM recount_moves AS m JOIN recount_parts AS p ON p.account = m.account AND p.place = m.place
        AND p.first < m.first + m.credits AND p.first + p.got > m.first
    WHERE m.is_sent = 1 GROUP BY m.position
    UNION ALL
    SELECT position, taken, owed - owed_before, change - (owed - owed_before)
    FROM recount_walked WHERE kind <> 'Message.Sent'
"""

_LINES: Final = """
    CREATE TEMP VIEW recount_lines AS
    SELECT position, 'Liabilities:Credits:Acct-' || account || ':Available' AS account,
        CASE WHEN kind IN ('CreditWallet.TopUp', 'CreditWallet.Granted', 'CreditWallet.Adjusted',
            'CreditWallet.Refunded') THEN -credits ELSE credits END AS amount
    FROM recount_facts WHERE kind LIKE 'CreditWallet.%'
    UNION ALL
    SELECT position, 'Liabilities:Credits:Acct-' || account || ':Reserved',
        CASE kind WHEN 'CreditWallet.Reserved' THEN -credits ELSE credits END
    FROM recount_facts
    WHERE kind IN ('CreditWallet.Reserved', 'CreditWallet.Refunded', 'Message.Sent')
    UNION ALL
    SELECT position, 'Equity:Credits:' || CASE kind
            WHEN 'CreditWallet.Granted' THEN 'Granted' WHEN 'CreditWallet.Adjusted' THEN 'Adjusted'
            WHEN 'CreditWallet.CreditsExpired' THEN 'Expired' WHEN 'Message.Sent' THEN 'Consumed'
            ELSE 'Issued' END,
        CASE WHEN kind IN ('CreditWallet.TopUp', 'CreditWallet.Granted', 'CreditWallet.Adjusted')
            THEN credits ELSE -credits END
    FROM recount_facts
    WHERE kind IN ('CreditWallet.TopUp', 'CreditWallet.Granted', 'CreditWallet.Adjusted',
        'CreditWallet.CreditsExpired', 'CreditWallet.ClawedBack', 'CreditWallet.CashedOut',
        'Message.Sent')

    UNION ALL
    SELECT position, CASE source WHEN 'held' THEN 'Liabilities:Unallocated:' ELSE
        'Assets:Clearing:' END || wallet, value
    FROM recount_facts WHERE kind = 'CreditWallet.TopUp'
    UNION ALL
    SELECT position, 'Liabilities:VAT:Output',
        CASE kind WHEN 'CreditWallet.TopUp' THEN -vat ELSE vat END
    FROM recount_facts
    WHERE kind IN ('CreditWallet.TopUp', 'CreditWallet.ClawedBack', 'CreditWallet.CashedOut')
    UNION ALL
    SELECT position, 'Assets:Clearing:' || wallet, -coalesce(amount, value)
    FROM recount_facts WHERE kind IN ('CreditWallet.ClawedBack', 'Payment.Refunded')
    UNION ALL
    SELECT position, 'Liabilities:RefundsPayable:Acct-' || account, coalesce(amount, -value)
    FROM recount_facts WHERE kind IN ('CreditWallet.CashedOut', 'Payment.Refunded')

    UNION ALL
    SELECT f.position, 'Liabilities:Prepaid:Acct-' || f.account,
        w.taken - CASE WHEN f.kind = 'CreditWallet.TopUp' THEN f.value - f.vat ELSE 0 END
    FROM recount_facts AS f JOIN recount_values AS w ON w.position = f.position
    UNION ALL
    SELECT f.position, CASE f.kind WHEN 'Message.Sent' THEN 'Income:SMS:' || f.network
            WHEN 'CreditWallet.CreditsExpired' THEN 'Income:Breakage' ELSE 'Income:Adjustments' END,
        CASE f.kind WHEN 'CreditWallet.CashedOut' THEN f.value - f.vat ELSE 0 END - w.taken
    FROM recount_facts AS f JOIN recount_values AS w ON w.position = f.position
    WHERE f.kind IN ('Message.Sent', 'CreditWallet.CreditsExpired', 'CreditWallet.CashedOut')
        OR (f.kind = 'CreditWallet.Adjusted' AND f.credits < 0)
    UNION ALL
    SELECT f.position, 'Assets:Receivable:Acct-' || f.account, w.owed
    FROM recount_facts AS f JOIN recount_values AS w ON w.position = f.position
    UNION ALL
    SELECT position, 'Income:Adjustments', forgotten FROM recount_values

    UNION ALL
    SELECT position, 'Assets:MobileMoney:' || wallet, sign * (amount - fee) FROM recount_posted
    UNION ALL
    SELECT position, 'Expenses:MoMoFees:' || wallet, sign * fee FROM recount_posted
    UNION ALL
    SELECT position, CASE WHEN kind = 'Receipt.Settled' THEN 'Assets:InTransit:'
        WHEN kind IN ('Receipt.Matched', 'Receipt.Unmatched') THEN 'Assets:Clearing:'
        ELSE 'Liabilities:Unallocated:' END || wallet, -sign * amount
    FROM recount_posted
    UNION ALL
    SELECT position, 'Liabilities:Unallocated:' || wallet,
        CASE kind WHEN 'Receipt.Unmatched' THEN -amount ELSE amount END
    FROM recount_facts
    WHERE source = 'held' AND kind IN ('Receipt.Matched', 'Receipt.Unmatched', 'Receipt.WrittenOff')
    UNION ALL
    SELECT position, 'Assets:Clearing:' || wallet,
        CASE kind WHEN 'Receipt.Matched' THEN -amount ELSE amount END
    FROM recount_facts
    WHERE source = 'held' AND kind IN ('Receipt.Matched', 'Receipt.Unmatched')
    UNION ALL
    SELECT position, 'Assets:Clearing:' || wallet, -amount
    FROM recount_facts WHERE source <> 'held' AND kind = 'Receipt.WrittenOff'
    UNION ALL
    SELECT position, CASE WHEN (amount > 0) = (source <> 'held') THEN 'Expenses:ReconLoss'
        ELSE 'Income:ReconGain' END, CASE source WHEN 'held' THEN -amount ELSE amount END
    FROM recount_facts WHERE kind = 'Receipt.WrittenOff'
"""
_POSTED: Final = """
    CREATE TEMP VIEW recount_posted AS
    SELECT position, kind, wallet, amount, fee,
        CASE kind WHEN 'Receipt.Unmatched' THEN -1 ELSE 1 END AS sign
    FROM recount_facts
    WHERE kind = 'Receipt.Settled'
        OR (kind IN ('Receipt.SeenOnStatement', 'Receipt.Held') AND posts = 1)
        OR (kind IN ('Receipt.Matched', 'Receipt.Unmatched') AND source <> 'held')
"""
"""The lines of statements that post, whatever they are."""

BALANCES: Final = (
    "SELECT account, CAST(sum(amount) AS bigint) FROM recount_lines"
    " GROUP BY account HAVING sum(amount) <> 0"
)
LINES: Final = (
    "SELECT position, account, CAST(sum(amount) AS bigint) FROM recount_lines"
    " GROUP BY position, account HAVING sum(amount) <> 0 ORDER BY position, account"
)


def spelt(word: str) -> str:
    """Give the SQL that spells a provider, a wallet or a network as ledger accounts do."""
    return (
        f"CASE {word} WHEN 'mtn' THEN 'MTN' WHEN 'pawapay' THEN 'PawaPay'"
        f" ELSE upper(substr({word}, 1, 1)) || substr({word}, 2) END"
    )


def counting(words: Mapping[str, str], *, lots: str, debt: str, walk: str) -> list[str]:
    """Give what counts, in order, once ``recount_facts`` is there.

    ``lots`` and ``debt`` read what a step of the walk leaves behind, in ``walk`` they are where
    it says $TAKEN. ``words`` stand in the place of functions.
    """
    taken = _TAKEN.replace("$LOTS", lots).replace("$DEBT", debt)
    texts = (
        _MOVES,
        _STEPS,
        _STEPS_BY_PLACE,
        *walk.replace("$TAKEN", taken).replace("$DEBT", debt).split(";"),
        _VALUES,
        "CREATE INDEX recount_values_by ON recount_values (position)",
        _POSTED,
        _LINES,
    )
    return [_in_words(text, words) for text in texts]


def _in_words(text: str, words: Mapping[str, str]) -> str:
    for word, theirs in words.items():
        text = re.sub(rf"\b{word}\(", f"{theirs}(", text)
    return text
