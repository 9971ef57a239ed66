"""Parts are put together in any order, each once, and no two messages are mixed."""

from hypothesis import given
from hypothesis import strategies as st

from domain.gathering import JOIN_S, PARTS_S, Piece, gathered
from domain.values import SECOND, Instant


def piece(
    number: int,
    part: int,
    of: int,
    *,
    sender: str | None = "+260971234567",
    at: Instant | None = None,
    body: str | None = None,
) -> Piece:
    return Piece(
        number=number,
        sim=1,
        sender=sender,
        at=Instant(number * SECOND) if at is None else at,
        reference=7,
        part=part,
        of=of,
        body=body or f"part {part}",
        first=None,
    )


@given(st.permutations(range(1, 7)), st.lists(st.integers(1, 6), max_size=6))
def test_whatever_the_order_and_the_repetitions_it_is_one_message(
    order: list[int], again: list[int]
) -> None:
    pieces = [piece(number, part, 6) for number, part in enumerate([*order, *again])]
    (letter,) = gathered(pieces)
    assert [one.part for one in letter.pieces] == [1, 2, 3, 4, 5, 6]
    assert not letter.missing
    assert letter.new == list(range(len(pieces)))


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["x", "y"])), max_size=12))
def test_no_piece_is_lost_or_used_twice(parts: list[tuple[int, str]]) -> None:
    pieces = [piece(number, part, 3, body=body) for number, (part, body) in enumerate(parts)]
    letters = gathered(pieces)
    used = [one.number for letter in letters for one in (*letter.pieces, *letter.repeated)]
    assert sorted(used) == list(range(len(pieces)))
    for letter in letters:
        assert len({one.part for one in letter.pieces}) == len(letter.pieces)


def test_a_reference_that_is_used_again_much_later_begins_another_message() -> None:
    late = Instant((JOIN_S + 2) * SECOND)
    assert len(gathered([piece(1, 1, 2), piece(2, 2, 2, at=late)])) == 2


def test_an_incomplete_one_is_ready_when_its_time_is_over_and_not_before() -> None:
    (letter,) = gathered([piece(0, 1, 2)])
    assert not letter.is_ready(Instant(PARTS_S * SECOND - 1))
    assert letter.is_ready(Instant(PARTS_S * SECOND))


def test_pieces_whose_sender_is_gone_stay_alone() -> None:
    assert len(gathered([piece(1, 1, 2, sender=None), piece(2, 2, 2, sender=None)])) == 2
