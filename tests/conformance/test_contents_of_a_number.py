"""What stands beside one number is found by the index, in order, wherever it is in the log."""

from application.ports import ContentErased, ContentRow, Store
from domain.contents import ContentKind
from tests.conformance.stores import ROW, change

MARY, JOHN = "+260977000000", "+260966000001"
KIND = ContentKind.MESSAGE


def row(number: int, msisdn: str | None, kind: ContentKind = KIND) -> ContentRow:
    return ContentRow(kind, number, ROW.salt, msisdn, "text")


def test_the_contents_beside_a_number_are_found_a_portion_at_a_time(store: Store) -> None:
    marys = [1, 5, 511, 512, 513, 9_000, 70_000]
    change(store, *(row(number, MARY) for number in marys))
    change(store, row(6, JOHN), row(70_001, JOHN), row(7, None), row(8, MARY, ContentKind.INBOUND))
    assert list(store.contents_of(KIND, MARY, after=0, limit=100)) == marys
    assert list(store.contents_of(KIND, MARY, after=5, limit=3)) == [511, 512, 513]
    assert list(store.contents_of(KIND, MARY, after=70_000, limit=3)) == []
    assert list(store.contents_of(KIND, JOHN, after=0, limit=3)) == [6, 70_001]
    assert list(store.contents_of(ContentKind.INBOUND, MARY, after=0, limit=3)) == [8]
    assert list(store.contents_of(ContentKind.PORTED, MARY, after=0, limit=3)) == []
    change(store, ContentErased(KIND, 512))
    assert list(store.contents_of(KIND, MARY, after=511, limit=1)) == [513]
