"""Keyed digests: by what something is known again without keeping the thing itself."""

from dataclasses import dataclass

from application.books.contents import seal


@dataclass(frozen=True, slots=True, repr=False)
class Digests:
    """Makes the gateway's digests; the keys are derived from the server's secret."""

    email_key: bytes
    repeat_key: bytes

    def email(self, email: str) -> str:
        """Give the digest under which an e-mail address is claimed; its case does not count."""
        return seal(self.email_key, email.strip().casefold())
