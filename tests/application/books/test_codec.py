"""Events are made of what is stored just as the library's mapper makes them."""

from typing import Final
from uuid import UUID

import pytest
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import TopicError

from application.books.codec import JsonTranscoder, event_mapper
from tests.support.event_corpus import read_corpus

KEY: Final = UUID(int=7)
LIBRARY: Final[Mapper[UUID]] = Mapper(JsonTranscoder())


def test_every_version_of_every_event_is_what_the_library_makes_of_it() -> None:
    for (topic, _), state in read_corpus().items():
        made = event_mapper().to_domain_event(StoredEvent(KEY, 3, topic, state))
        librarys = LIBRARY.to_domain_event(StoredEvent(KEY, 3, topic, state))
        assert made == librarys
        assert [*vars(made)] == [*vars(librarys)], "in this order they are stored again"


@pytest.mark.parametrize("state", [b"", b"{", b"7", b"[7]", b'"seven"'])
def test_what_is_no_event_is_refused_as_the_library_refuses_it(state: bytes) -> None:
    stored = StoredEvent(KEY, 3, "Message.Sent", state)
    with pytest.raises(Exception) as librarys:  # noqa: PT011 - whatever it is, ours is the same
        LIBRARY.to_domain_event(stored)
    with pytest.raises(type(librarys.value)) as ours:
        event_mapper().to_domain_event(stored)
    assert str(ours.value) == str(librarys.value)
    assert isinstance(ours.value, MapperDeserialisationError | TypeError)


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(TopicError):
        event_mapper().event_of(KEY, 3, "Message.Sung", b"{}")
