"""What a simulated modem answers to every command but AT+CMGS."""

from collections.abc import Callable, Mapping
from typing import Final

from adapters.modems.simulated import ussd
from adapters.modems.simulated.errors import error_text
from adapters.modems.simulated.faults import Fault, FaultKind
from adapters.modems.simulated.grammar import Command, commands_in
from adapters.modems.simulated.modes import ALLOWED, CHARACTER_SETS, MEMORIES, Modes, quoted
from adapters.modems.simulated.profiles import Profile
from adapters.modems.simulated.sim_card import PLACES, SimCard
from adapters.modems.simulated.stored_messages import StoredMessages

SIM_NOT_INSERTED = 10
SIM_PIN_REQUIRED = 11
SIM_PUK_REQUIRED = 12
INCORRECT_PASSWORD = 16
OPERATION_NOT_SUPPORTED = 4
CMS_SIM_PIN_REQUIRED = 311
CMS_NOTHING_TO_ACKNOWLEDGE = 340

_DOMAINS: Final = ("+CREG", "+CEREG", "+CGREG", "+C5GREG")
_SMS: Final = frozenset({"+CMGF", "+CPMS", "+CNMI", "+CMGS", "+CMGR", "+CMGL", "+CMGD"})
_IDENTITY: Final = {"I": "model", "+GMI": "manufacturer", "+GMM": "model", "+GMR": "firmware"}
_DONE: Final = frozenset(
    {"", "S", "V", "Q", "X", "L", "M", "H", "&C", "&D", "&K", "&W", "&S", "+IFC", "+ICF", "+IPR"}
    | {"+CGACT", "+CSMP", "+CMGW", "+COPS", "+CSAS", "+CRES", "^CURC", "^PORTSEL"}
)
"""Taken with OK when it sets something, and forgotten."""

_THERE: Final = (1, 5)
"""Of ``+CREG``: in a network, its own or another's; without one there is no signal to tell."""
_OK: Final[list[str]] = ["OK"]


class Refused(Exception):
    """The command is refused; its text is the final result."""


class Commands:
    """Answers commands from the modem's modes and its SIM; the last line is the result."""

    def __init__(self, profile: Profile, sim: SimCard) -> None:
        self._profile = profile
        self.sim: SimCard | None = sim
        self.registration = 1
        self.modes = Modes.at_start(profile)
        self.is_busy = False
        """Whether SMS commands are refused, since the modem has just started."""
        self.segment: str | None = None
        """What AT+CMGS announced, when the line just answered ended with it."""
        self.afterwards: list[str] = []
        """What is said by itself once the line is answered."""
        self.awaits_acknowledgement = False
        """Whether something was told that AT+CNMA is still to acknowledge."""
        self.ussd_goes: str | None = None  # how answers by USSD go wrong
        self.starts_anew = False
        """Whether the line just answered has the modem start anew."""
        self._answers = self._table()

    def restart(self) -> None:
        """Forget what a modem forgets when it starts anew."""
        self.modes = Modes.at_start(self._profile)
        if self.sim is not None:
            self.sim.power_up()

    def answer(self, line: str) -> list[str]:
        """Answer one command line: what its commands say, and one result (V.250 5.2.1)."""
        self.segment, self.afterwards, self.starts_anew = None, [], False
        said: list[str] = []
        is_ended_by_line = False
        for command in commands_in(line):
            try:
                said += self._answer(command)
            except Refused as refused:
                return [*said, str(refused)]
            if command.name == "+CMGS" and command.value is not None:
                return said
            is_ended_by_line = command.name in self._profile.leaves_out_ok and bool(said)
        return said if is_ended_by_line else [*said, *_OK]

    def state_of(self, domain: str) -> int:
        """Give ``stat`` of one domain of the network."""
        if not self.modes.is_radio_on:
            return 0
        return self._profile.fixed_states.get(domain, self.registration)

    def registration_line(self, domain: str, *numbers: int) -> str:
        """Write a line of ``+CREG`` and its like as this device does."""
        fields = ",".join(f"{number:0{self._profile.creg_digits}d}" for number in numbers)
        return f"{domain}: {fields}"

    # -- errors ---------------------------------------------------------------------------------

    def cme_error(self, number: int) -> str:
        """Say an equipment error the way the host asked for."""
        return self._error("CME", number)

    def cms_error(self, number: int) -> str:
        """Say a message error."""
        return self._error("CMS", number)

    def _error(self, table: str, number: int) -> str:
        how = self.modes.numbers["+CMEE"]
        return error_text(table, number, how=how, bare=self._profile.error)

    def error_line(self, fault: Fault) -> str:
        """Say the error of a script as this device says it."""
        match fault.kind:
            case FaultKind.CME:
                return self.cme_error(fault.code or 0)
            case FaultKind.CMS:
                return self.cms_error(fault.code or 0)
        return self._profile.error

    # -- one command ----------------------------------------------------------------------------

    def _answer(self, command: Command) -> list[str]:
        self._refuse(command)
        if f"{command.name}{command.rest}" == self._profile.iccid_command:
            return [self._iccid()]
        counter = self._profile.pin_counter
        if counter and f"AT{command.name}{command.rest}" == counter.command:
            return [counter.answer.format(tries=self._card().tries)]
        answer = self._answers.get(command.name)
        if answer is not None:
            return answer(command)
        if command.name in ALLOWED:
            return self._number(command)
        if command.name.rstrip("0123456789") in _DONE and not command.is_read:
            return []
        raise Refused(self.cme_error(OPERATION_NOT_SUPPORTED))

    def _refuse(self, command: Command) -> None:
        profile = self._profile
        form = command.name + (command.rest if command.rest in {"?", "=?"} else command.rest[:1])
        if command.name in {"E", "Z"}:
            form = command.name + command.rest
        is_refused = command.name in profile.refused or form in profile.refused
        if is_refused or (profile.only is not None and form not in profile.only):
            raise Refused(self.cme_error(OPERATION_NOT_SUPPORTED))
        if self.is_busy and command.name in _SMS:
            raise Refused(profile.busy)

    def _table(self) -> Mapping[str, Callable[[Command], list[str]]]:
        words = {
            "+CGMI": self._profile.manufacturer,
            "+CGMM": self._profile.model,
            "+CGMR": self._profile.firmware,
            "+CGSN": self._profile.imei,
            **{name: getattr(self._profile, field) for name, field in _IDENTITY.items()},
        }
        stored = StoredMessages(
            self._places, self._cms_refusal, interjection=self._profile.interjection
        )
        return {
            **{name: self._word_for(word) for name, word in words.items()},
            **dict.fromkeys(_DOMAINS, self._domain),
            "E": self._echo,
            "Z": self._reset,
            "&F": self._reset,
            "+CPIN": self._pin,
            "+CIMI": self._imsi,
            "+CNUM": self._own_number,
            "+CSQ": lambda command: [
                "+CSQ: (0-31,99),(0-7,99)"
                if command.is_test
                else f"+CSQ: {17 if self.registration in _THERE else 99},99"
            ],
            "+CSCA": self._centre,
            "+CSCS": self._character_set,
            "+CSMS": self._service,
            "+CNMI": self._notices,
            "+CPMS": self._memories,
            "+CMGR": stored.read,
            "+CMGL": stored.list_all,
            "+CMGD": stored.delete,
            "+CNMA": self._acknowledge,
            "+CMGS": self._send,
            "+CUSD": self._ussd,
        }

    def _word_for(self, word: str) -> Callable[[Command], list[str]]:
        def answer(command: Command) -> list[str]:
            if command.is_test:
                return []
            return [f"{command.name}: {word}" if self._profile.has_prefixes else word]

        return answer

    def _number(self, command: Command) -> list[str]:
        if command.is_test:
            return [f"{command.name}: {ALLOWED[command.name]}"]
        if command.value is None:
            return [f"{command.name}: {self.modes.numbers[command.name]}"]
        if not self.modes.set_number(command.name, command.value):
            raise Refused(self.cme_error(OPERATION_NOT_SUPPORTED))
        self.starts_anew = command.name == "+CFUN" and command.value.endswith(",1")
        return []

    def _domain(self, command: Command) -> list[str]:
        if not command.is_read:
            return self._number(command)
        mode = self.modes.numbers[command.name]
        return [self.registration_line(command.name, mode, self.state_of(command.name))]

    def _echo(self, command: Command) -> list[str]:
        self.modes.echo = command.rest == "1"
        return []

    def _reset(self, _: Command) -> list[str]:
        radio = self.modes.numbers["+CFUN"]
        self.modes = Modes.at_start(self._profile)
        self.modes.echo, self.modes.numbers["+CFUN"] = True, radio
        return []

    # -- the SIM --------------------------------------------------------------------------------

    def _card(self) -> SimCard:
        if self.sim is None:
            raise Refused(self.cme_error(SIM_NOT_INSERTED))
        return self.sim

    def _open_card(self) -> SimCard:
        card = self._card()
        if card.state != "READY":
            number = SIM_PIN_REQUIRED if card.state == "SIM PIN" else SIM_PUK_REQUIRED
            raise Refused(self.cme_error(number))
        return card

    def _pin(self, command: Command) -> list[str]:
        card = self._card()
        if command.is_test:
            return []
        if command.value is None:
            state = self._profile.ready if card.state == "READY" else card.state
            return [self._profile.cpin_answer.format(state=state)]
        if card.enter(command.value.strip('"')):
            self.afterwards.append("+CPIN: READY")  # by itself, as real ones do
            return []
        number = SIM_PUK_REQUIRED if card.state == "SIM PUK" else INCORRECT_PASSWORD
        raise Refused(self.cme_error(number))

    def _imsi(self, command: Command) -> list[str]:
        return [] if command.is_test else [self._open_card().imsi]

    def _own_number(self, command: Command) -> list[str]:
        number = self._open_card().msisdn
        return [f'+CNUM: "","{number}",145'] if number and not command.is_test else []

    def _iccid(self) -> str:
        iccid = self._card().iccid
        padded = iccid + "F" * (len(iccid) % 2)
        swapped = "".join(padded[i + 1] + padded[i] for i in range(0, len(padded), 2))
        return self._profile.iccid_answer.format(iccid=iccid, swapped=swapped)

    # -- messages -------------------------------------------------------------------------------

    def _centre(self, command: Command) -> list[str]:
        if command.is_test:
            return []
        if command.value is not None:
            self.modes.centre = command.value.split(",")[0].strip('"')
            return []
        return [f'+CSCA: "{self.modes.centre}",145']

    def _character_set(self, command: Command) -> list[str]:
        if command.is_test:
            return [f"+CSCS: ({quoted(CHARACTER_SETS)})"]
        if command.value is None:
            return [f'+CSCS: "{self.modes.character_set}"']
        if command.value.strip('"') not in CHARACTER_SETS:
            raise Refused(self.cme_error(OPERATION_NOT_SUPPORTED))
        self.modes.character_set = command.value.strip('"')
        return []

    def _service(self, command: Command) -> list[str]:
        said = self._number(command)
        if command.is_test:
            return said
        level = self.modes.numbers["+CSMS"]
        return [f"+CSMS: {level},1,1,1" if command.value is None else "+CSMS: 1,1,1"]

    def _notices(self, command: Command) -> list[str]:
        if command.is_test:
            return [f"+CNMI: {self._offered_notices}"]
        if command.value is None:
            return [f"+CNMI: {','.join(map(str, self.modes.notices))}"]
        if not self.modes.set_notices(command.value, self._offered_notices):
            raise Refused(self.cms_error(303))
        return []

    @property
    def wants_acknowledgements(self) -> bool:
        """Whether what is told directly is to be acknowledged."""
        return bool(self.modes.numbers["+CSMS"] and self._profile.acknowledged_notices)

    @property
    def _offered_notices(self) -> str:
        more = self._profile.acknowledged_notices if self.wants_acknowledgements else None
        return more or self._profile.notices

    def _acknowledge(self, command: Command) -> list[str]:
        if command.is_test:
            return ["+CNMA: (0-2)"]
        if self.wants_acknowledgements and not self.awaits_acknowledgement:
            raise self._cms_refusal(CMS_NOTHING_TO_ACKNOWLEDGE)
        self.awaits_acknowledgement = False
        return []

    def _memories(self, command: Command) -> list[str]:
        names = f"({quoted(MEMORIES)})"
        if command.is_test:
            return [f"+CPMS: {names},{names},{names}"]
        card = self._open_card_for_sms()
        if command.value is not None:
            wanted = [name.strip().strip('"') for name in command.value.split(",")]
            if not set(wanted) <= set(MEMORIES) or len(wanted) > 3:
                raise Refused(self.cms_error(302))
            self.modes.memory = wanted[0]
        counts = [(name, len(card.memories[name])) for name in (self.modes.memory, "SM", "SM")]
        if command.is_read:
            return ["+CPMS: " + ",".join(f'"{name}",{used},{PLACES}' for name, used in counts)]
        return ["+CPMS: " + ",".join(f"{used},{PLACES}" for _, used in counts)]

    def _open_card_for_sms(self) -> SimCard:
        card = self._card()
        if card.state != "READY":
            raise Refused(self.cms_error(CMS_SIM_PIN_REQUIRED))
        return card

    def _places(self) -> dict[int, bytes]:
        return self._open_card_for_sms().memories[self.modes.memory]

    def _cms_refusal(self, number: int) -> Refused:
        return Refused(self.cms_error(number))

    def _ussd(self, command: Command) -> list[str]:
        mode, _, question = (command.value or "").partition(",")
        if mode == "1" and question:
            self.afterwards += ussd.lines_for(self._open_card(), self.ussd_goes)
            return []
        return [] if mode == "2" else self._number(command)

    def _send(self, command: Command) -> list[str]:
        if command.is_test:
            return []
        self.segment = command.value or ""
        return []
