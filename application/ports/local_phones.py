"""What an operator says of one phone that the gateway calls; the others call the gateway."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocalPhoneSettings:
    """One ``[[local_phones]]`` entry of the settings: a phone in the app's local-server mode."""

    name: str
    """How it is called in lists and logs; each has its own, and keeps it."""
    url: str
    """Where its app answers, http://ADDRESS:8080 as the app shows it."""
    password: object  # a Secret; typed loosely so that no adapter type leaks inwards
    """What the app shows beside it (file: or env:)."""
    slots: tuple[str, ...]
    """Whose SIM is in each slot, from 1: ["1=mtn", "2=airtel"]."""
    user: str = "sms"
    """The user name that the app shows."""

    @property
    def device(self) -> str:
        """What it is called by us, as a phone that was let in by a code has its device."""
        return f"local-{self.name}"
