"""What is needed of the outside world to know people: one-time codes, and mail."""

from typing import Protocol


class Codes(Protocol):
    """Time-based one-time passwords (RFC 6238), with their seeds sealed for storage."""

    def new_seed(self) -> tuple[str, str]:
        """Draw a seed: as its owner types it (base32), and sealed."""

    def uri(self, seed: str, *, name: str) -> str:
        """Give the ``otpauth:`` URI that authenticator apps read."""

    def counter(self, sealed_seed: str, code: str, *, at_s: int) -> int | None:
        """Give the time step that a code is good for, None when it is wrong by now."""


class Mailer(Protocol):
    """Sends mail to people."""

    async def send(self, *, to: str, subject: str, text: str) -> None:
        """Hand one message over.

        Raises:
            MailNotSent: it was not taken.
            MailServerAway: nobody was there to take it.
        """


class MailNotSent(Exception):
    """The mail server did not take a message."""


class MailServerAway(MailNotSent):
    """It could not be reached: the same message may be taken later."""
