"""A log that is older than its tags is taken as it is found: once, and not without being told."""

from typing import TYPE_CHECKING

from application.proof.adopting import adopt, must_be_adopted
from domain.errors import StoreDown

if TYPE_CHECKING:
    from application.system import System


def adopt_what_is_older(system: "System", *, may_adopt: bool) -> int | None:
    """Tag a log without tags as found, and give where it ends; None when it has tags, or nothing.

    Raises:
        StoreDown: it may not be. Without a word of a person that is so unless the key was made
            just now: else whoever takes the tags away would have what they changed taken as found.
    """
    if not must_be_adopted(system.store):
        return None
    if not may_adopt:
        msg = (
            "No event of the log has a tag of its writer. If it was written before there were"
            " tags, `ngoma migrate` takes it as it is found; else somebody took them away."
        )
        raise StoreDown(msg)
    return adopt(system.store, system.writer, system.randomness, at=system.clock.now())


def must_not_be_older(system: "System") -> None:
    """Refuse a store whose secrets of people have no tags: it takes a person's word to trust them.

    Raises:
        StoreDown: there are such secrets; says what to do.
    """
    if system.store.has_older_secrets() and not system.writer.is_new:
        msg = (
            "The secrets of people are of a version that gave them no tags: `ngoma migrate` takes"
            " them as they are found, if nobody changed them past the gateway."
        )
        raise StoreDown(msg)
