"""The phones that this process calls, each in a thread that the phone may keep waiting."""

from collections.abc import Callable, Sequence
from typing import Final

from adapters.modems.phones.client import LocalPhone
from adapters.security.secret import Secret
from application.fleet.means import Means
from application.fleet.phones import KeepLocalPhone
from application.fleet.rounds import Source
from application.fleet.waits import SimWaits
from application.messages.phone_hand import PhoneHand
from application.ports import LocalPhoneSettings
from application.system import System
from domain.errors import OutcomeUnknown
from domain.phone import Phone, phone_id, read_slots
from domain.values import Network
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.sims.local_phone import LocalPhoneRunner

EVERY_S: Final = 0.5
"""Between two looks at a phone, and at what there is to send."""


def _make(process: Process) -> Sequence[Loop]:
    system = process.system
    means = Means(
        store=system.store,
        reader=system.reader,
        queries=system.queries,
        committer=system.committer,
        randomness=system.randomness,
        clock=system.clock,
        alarms=process.alarms,
        waits=process.waits or SimWaits(),
    )
    return [_loop(process, phone, means) for phone in system.local_phones]


def _loop(process: Process, settings: LocalPhoneSettings, means: Means) -> Loop:
    runner = local_phone(
        settings, means, system=process.system, desk_of=process.desks.of, holder=process.host
    )
    check = f"phone {settings.name}"
    process.system.signals.add_check(check, lambda: runner.trouble, is_vital=False)
    process.system.signals.add_note(check, lambda: runner.lacks)
    return Loop(f"phone-{settings.name}", runner.step, every_s=EVERY_S, at_end=runner.close)


def local_phone(
    settings: LocalPhoneSettings,
    means: Means,
    *,
    system: System,
    desk_of: Callable[[Network], Source],
    holder: str,
) -> LocalPhoneRunner:
    """Make what drives one phone; nothing is called yet."""
    password = settings.password
    client = LocalPhone(
        settings.url,
        user=settings.user,
        password=password.reveal() if isinstance(password, Secret) else "",
    )

    def hand_of(phone: Phone) -> PhoneHand:
        slots = read_slots(phone.slots)
        return PhoneHand(
            phone.device, phone.name, slots, means=means, desk_of=desk_of, holder=holder
        )

    return LocalPhoneRunner(
        settings.name,
        client,
        known=_Kept(settings, means),
        hand_of=hand_of,
        signing_key=system.digests.phone_signing_key(settings.device),
        phones_url=system.terms.phones_url,
        clock=means.clock,
        alarms=means.alarms,
    )


class _Kept:
    """Finds a phone in the log, where it is kept once, with the slots of the settings."""

    def __init__(self, settings: LocalPhoneSettings, means: Means) -> None:
        self._settings = settings
        self._means = means
        self._is_kept = False

    def __call__(self) -> Phone | None:
        """Give it as it is now; None once it was revoked.

        Raises:
            Unavailable: the store is away.
        """
        device = self._settings.device
        if not self._is_kept:
            slots = read_slots(self._settings.slots)
            command = KeepLocalPhone(device, slots, at=self._means.clock.now())
            outcome = self._means.ask(command).outcome(self._means.waits.store_s)
            if outcome is None:
                msg = "a phone of the settings could not be kept in time"
                raise OutcomeUnknown(msg)
            outcome.unwrap()
            self._is_kept = True
        phone = self._means.reader.find(Phone, phone_id(device))
        return None if phone is None or phone.revoked else phone


LOCAL_PHONES: Final = Part(
    "local phones",
    frozenset({ProcessRole.ALL, ProcessRole.WORKER}),
    Stage.CARRY,
    _make,
    is_vital=False,
)
"""The phones of the settings."""
