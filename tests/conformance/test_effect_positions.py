"""Where followers with effects stand, on both stores: one leads, and nobody else moves."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from application.ports import BadEvent, EffectPositions, Standing, Store
from domain.values import SECOND, Instant
from tests.conformance.stores import NOW, Stores

TERM = 5 * SECOND


def later(seconds: float) -> Instant:
    return Instant(NOW + int(seconds * SECOND))


def lead(positions: EffectPositions, holder: str, at: float = 0, name: str = "feed") -> int | None:
    return positions.lead(name, holder, now=later(at), until=Instant(later(at) + TERM))


def advance(
    positions: EffectPositions, holder: str, after: int, to: int, *bad: BadEvent, at: float = 0
) -> bool:
    until = Instant(later(at) + TERM)
    return positions.advance("feed", holder, after=after, to=to, until=until, bad=bad)


@pytest.fixture
def positions(store: Store) -> EffectPositions:
    store.effects.begin("feed", at=7)
    return store.effects


def test_a_follower_begins_once_and_stands_there_in_every_process(
    store: Store, stores: Stores
) -> None:
    assert store.effects.begin("feed", at=7) == 7
    assert stores.open().effects.begin("feed", at=9) == 7
    assert store.effects.begin("a", at=0) == 0
    assert store.effects.standings() == [Standing("a", 0), Standing("feed", 7)]


def test_one_leads_until_its_term_is_over(positions: EffectPositions) -> None:
    assert lead(positions, "one") == 7
    assert lead(positions, "two", at=4.9) is None
    assert lead(positions, "one", at=4) == 7
    assert lead(positions, "two", at=8.9) is None
    assert lead(positions, "two", at=9) == 7
    assert lead(positions, "one", at=9) is None


def test_leading_one_follower_says_nothing_of_another(positions: EffectPositions) -> None:
    positions.begin("other", at=0)
    assert lead(positions, "one") == 7
    assert lead(positions, "two", name="other") == 0


def test_who_lets_go_makes_room_at_once_and_only_who_leads_can(positions: EffectPositions) -> None:
    assert lead(positions, "one") == 7
    positions.release("feed", "two")
    assert lead(positions, "two", at=1) is None
    positions.release("feed", "one")
    assert lead(positions, "two", at=1) == 7


def test_a_term_from_a_clock_that_was_far_ahead_keeps_nobody_out(
    positions: EffectPositions,
) -> None:
    assert lead(positions, "one", at=86_400) == 7
    assert lead(positions, "two") == 7


def test_the_position_moves_for_who_leads_and_from_where_it_was(positions: EffectPositions) -> None:
    assert not advance(positions, "one", 7, 8)
    lead(positions, "one")
    assert advance(positions, "one", 7, 10)
    assert not advance(positions, "one", 7, 11)
    assert not advance(positions, "two", 10, 11)
    assert positions.standings() == [Standing("feed", 10)]


def test_who_goes_on_keeps_on_leading(positions: EffectPositions) -> None:
    lead(positions, "one")
    assert advance(positions, "one", 7, 8, at=4)
    assert lead(positions, "two", at=8) is None


def test_who_slept_through_its_term_moves_nothing(positions: EffectPositions) -> None:
    lead(positions, "one")
    assert lead(positions, "two", at=6) == 7
    assert not advance(positions, "one", 7, 8, BadEvent("feed", 8, "slept", NOW), at=6)
    assert positions.count_bad("feed") == 0
    assert advance(positions, "two", 7, 8, at=6)


def test_bad_events_are_noted_with_the_position_and_forgotten_one_by_one(
    positions: EffectPositions,
) -> None:
    lead(positions, "one")
    bad = [BadEvent("feed", n, "Message.Sent: ValueError", later(n)) for n in (8, 9, 10)]
    assert advance(positions, "one", 7, 10, *reversed(bad))
    assert positions.bad_events("feed", limit=2) == bad[:2]
    assert positions.bad_events("other", limit=2) == []
    positions.forget_bad("feed", 9)
    assert positions.bad_events("feed", limit=9) == [bad[0], bad[2]]
    assert positions.count_bad("feed") == 2


def test_of_many_who_would_lead_at_the_same_moment_one_does(
    positions: EffectPositions, stores: Stores
) -> None:
    others = [stores.open().effects for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(lead, each, f"holder-{place}")
            for place, each in enumerate([positions, *others])
        ]
        assert sorted(str(each.result()) for each in asked) == ["7", "None", "None", "None"]
