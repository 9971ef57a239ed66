"""Who of staff asks for a page that no endpoint of the API stands behind."""

from api.pages.visit import Visit
from api.staff.door import admit_staff, look
from application.books.actors import Actor


async def staff(visit: Visit, looks_at: str | None = None) -> Actor:
    """Say who of staff it is; what an auditor looks at is on record first.

    Raises:
        InvalidKey: there is no session, or it is over.
        NotPermitted: the account has no role, or the session no second factor.
    """
    actor = await admit_staff(visit.front, visit.inner_call())
    if looks_at is not None:
        await look(visit.front, actor, looks_at)
    return actor
