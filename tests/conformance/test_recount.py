"""Two ways to count the books, which share nothing: equal, or the mistake in one is found."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.store.recount import statements
from adapters.store.recount.postgres import PostgresRecount
from adapters.store.recount.sqlite import SqliteRecount
from application.audit.books import Wanted, books_at
from application.audit.posting import Poster
from application.audit.replay import Divergence, differing, first_divergence
from application.ports import Recount, Store
from domain.errors import StoreDown
from domain.events import Event
from domain.ledger import RULES, Holdings, Rule
from domain.message import Message
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from tests.conformance.stores import Stores, stores_at
from tests.projections.history import START, message, send
from tests.support.logged_money import money_log, put_log

EVENTS = money_log()
END = len(EVENTS)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)]
)
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    """Give a store with a log that has everything in it."""
    if request.param == "sqlite":
        url = str(tmp_path_factory.mktemp("recount") / "store.db")
    else:
        url = request.getfixturevalue("databases").fresh_database()
    with stores_at(url) as stores:
        store = stores.open()
        store.migrate()
        put_log(store, EVENTS)
        yield stores


def recount_of(stores: Stores) -> Recount:
    return SqliteRecount(Path(stores.url)) if stores.is_sqlite else PostgresRecount(stores.url)


def first_difference(stores: Stores, rules: Mapping[type[Event], Rule]) -> Divergence | None:
    return first_divergence(
        stores.open(),
        recount_of(stores).lines(END),
        until=END,
        wanted=Wanted(),
        make_poster=lambda: Poster(rules=rules),
    )


def turned(rule: Rule) -> Rule:
    """Give a rule whose first line has its sign flipped."""

    def flipped(position: int, event: Any, holdings: Holdings) -> list[Any]:
        first, *others = rule(position, event, holdings)
        return [first._replace(amount=-first.amount), *others]

    return flipped


@pytest.mark.parametrize("until", [0, 1, END // 3, END])
def test_both_count_the_same_at_any_position(kept: Stores, until: int) -> None:
    ours, theirs = books_at(kept.open(), until).balances, recount_of(kept).balances(until)
    assert differing(ours, theirs) == []
    assert len(theirs) > 20 or until < END // 3


def test_both_say_the_same_of_every_event(kept: Stores) -> None:
    assert first_difference(kept, RULES) is None


@pytest.mark.parametrize("kind", [CreditWallet.TopUp, Message.Sent, CreditWallet.ClawedBack])
def test_a_sign_flipped_in_a_rule_is_found_at_the_first_such_event(
    kept: Stores, kind: type[Event]
) -> None:
    found = first_difference(kept, {**RULES, kind: turned(RULES[kind])})
    assert found is not None
    assert found.position == [type(one) for one in EVENTS].index(kind) + 1
    assert found.topic == kind.TOPIC  # type: ignore[attr-defined]  # every event has one


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("THEN -vat ELSE vat", "THEN vat ELSE vat"),
        ("THEN t.net - taken ELSE 0", "THEN t.net + taken ELSE 0"),
        ("sign * (amount - fee)", "sign * (amount + fee)"),
        ("is_named DESC, lot", "is_named DESC, lot DESC"),
    ],
)
def test_a_mistake_in_the_sql_is_found(
    kept: Stores, monkeypatch: pytest.MonkeyPatch, right: str, wrong: str
) -> None:
    counting, changed = statements.counting, []

    def mistaken(*args: Any, **words: Any) -> list[str]:
        texts = counting(*args, **words)
        changed.append(any(right in text for text in texts))
        return [text.replace(right, wrong) for text in texts]

    monkeypatch.setattr(statements, "counting", mistaken)
    assert first_difference(kept, RULES) is not None
    assert changed == [True]


def test_what_a_lot_gives_is_exact_beyond_64_bits(stores: Stores) -> None:
    """A product of value and credits that no database's integer holds."""
    wallet = CreditWallet.open(1, at=START)
    wallet.top_up(
        Credits(999_999_999_989), value_ngwee=9 * 10**17 + 1, vat_ngwee=0, source="clearing",
        provider_account="mtn/main", receipt="r", price_list="p", at=START,
    )  # fmt: skip
    sent = send(message(1, segments=3, credits=123_456_789_012))
    wallet.reserve(
        Credits(123_456_789_012), first_number=1, count=1, batch=None, at=Instant(START + SECOND)
    )
    store = stores.open()
    store.migrate()
    events = [*wallet.collect_events(), *sent.collect_events()]
    put_log(store, events)
    ours, theirs = books_at(store, len(events)).balances, recount_of(stores).balances(len(events))
    value = (9 * 10**17 + 1) * 123_456_789_012 // 999_999_999_989
    assert ours["Income:SMS:MTN"] == -value
    assert differing(ours, theirs) == []


def test_an_event_that_it_cannot_read_is_said_in_words(stores: Stores) -> None:
    store: Store = stores.open()
    store.migrate()
    put_log(store, EVENTS[:40])
    text = "x'7b'" if stores.is_sqlite else "'\\x7b'"
    stores.execute(f"UPDATE stored_events SET state = {text} WHERE topic = 'CreditWallet.TopUp'")
    with pytest.raises(StoreDown, match="cannot be counted in SQL"):
        recount_of(stores).balances(40)
