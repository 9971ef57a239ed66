"""Every refusal and fault that the gateway can answer with, as one tree.

    NgomaError
    ├── Refused                      the caller can do something about it; nothing was stored
    │   ├── InvalidRequest(field)
    │   ├── InvalidRecipient
    │   ├── MessageTooLong(characters, segments)
    │   ├── TooManyRecipients
    │   ├── SenderIdNotApproved
    │   ├── RecipientOptedOut(places)
    │   ├── InsufficientCredits(required, available)
    │   ├── AccountSuspended
    │   ├── InvalidKey
    │   ├── RateLimited(retry_after_s)
    │   ├── IdempotencyConflict
    │   ├── IdempotencyInProgress
    │   ├── NotFound
    │   ├── AlreadyExists
    │   ├── TooLate
    │   └── NotPermitted
    ├── Unavailable                  the gateway cannot answer now; nothing was stored
    │   ├── Overloaded(retry_after_s)
    │   └── StoreDown
    └── OutcomeUnknown               the database went away during a save: stored, or not

``api/routing/errors.py`` maps each leaf to both dialects; a test proves that none is missing.
A message never contains a key, a PIN, a text or a full number.
"""

from typing import Self

from domain.values import credits_in_words


class NgomaError(Exception):
    """Base of everything that the gateway raises on purpose."""

    @classmethod
    def _again(cls, args: tuple[object, ...]) -> Self:
        return cls.__new__(cls, *args)

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as it is: words and fields, not what they were made of."""
        return self._again, (self.args,), vars(self)


class Refused(NgomaError):
    """The command was understood and refused; no event was stored (invariant I12)."""


class InvalidRequest(Refused):
    """A field is there but cannot be used; ``field`` is its name in the command."""

    def __init__(self, message: str, *, field: str = "body") -> None:
        super().__init__(message)
        self.field = field


class InvalidRecipient(Refused):
    """The number is not a Zambian mobile number that a SIM of ours can reach."""


class MessageTooLong(Refused):
    """More than 1,600 characters or more than 11 segments (contract decision 5)."""

    def __init__(self, message: str, *, characters: int, segments: int) -> None:
        super().__init__(message)
        self.characters = characters
        self.segments = segments


class TooManyRecipients(Refused):
    """A bulk of more than 500 recipients."""


class SenderIdNotApproved(Refused):
    """The sender ID is well formed but not approved for this account."""


class RecipientOptedOut(Refused):
    """Recipients asked for no promotional messages; ``places`` says which of the send's."""

    def __init__(self, places: list[int]) -> None:
        super().__init__("The recipient takes no promotional messages from this account.")
        self.places = places


class InsufficientCredits(Refused):
    """The wallet's available credits are below what the command needs."""

    top_up_url: str | None = None
    """Where more can be bought, said by the edge that knows it."""

    def __init__(self, *, required: int, available: int) -> None:
        is_needed, is_there = ("is" if n == 1 else "are" for n in (required, available))
        needed = f"{credits_in_words(required)} {is_needed} needed"
        super().__init__(f"{needed} and {available} {is_there} available.")
        self.required = required
        self.available = available


class AccountSuspended(Refused):
    """The account may not send."""


class InvalidKey(Refused):
    """The API key is unknown, wrong or revoked."""


class RateLimited(Refused):
    """A limit of the account, the IP address or the key is used up for now."""

    def __init__(self, message: str = "Too many requests.", *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class IdempotencyConflict(Refused):
    """The idempotency key was used before with another command."""


class IdempotencyInProgress(Refused):
    """The first request with this idempotency key has no answer yet."""


class NotFound(Refused):
    """No such thing, or another account's: the two are not told apart."""


class AlreadyExists(Refused):
    """What should be made is there already."""


class TooLate(Refused):
    """The message has left the state in which this was possible."""


class NotPermitted(Refused):
    """The actor's role does not allow this."""


class Unavailable(NgomaError):
    """The gateway cannot do this now; nothing was stored."""


class Overloaded(Unavailable):
    """A bounded queue is full."""

    def __init__(self, message: str = "The gateway is busy.", *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreDown(Unavailable):
    """The database does not answer."""


class OutcomeUnknown(NgomaError):
    """The database went away during the save and stayed away: it may have been carried out."""
