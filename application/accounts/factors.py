"""Enrols, asks for, changes and removes second factors, for the HTTP API and the command line."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass

from application.accounts.second_factor import (
    ConfirmSecondFactor,
    EnrolSecondFactor,
    Proof,
    RemoveSecondFactor,
    RenewRecoveryCodes,
    SecondFactor,
    UseCode,
    UseRecoveryCode,
)
from application.books.commands import Execute
from application.books.reader import Reader
from application.ports import Clock, Codes, Randomness, SecretKind
from domain.errors import InvalidKey
from domain.password_rules import (
    RECOVERY_BYTES,
    RECOVERY_CODES,
    read_recovery_code,
    written_recovery_code,
)
from domain.values import SECOND


@dataclass(frozen=True, kw_only=True)
class Factors:
    """Codes of authenticator apps and recovery codes; who asks has been asked who it is."""

    reader: Reader
    clock: Clock
    randomness: Randomness
    codes: Codes
    server_key: bytes

    def ask(
        self, account: int, code: str | None, *, refusal: str, execute: Execute
    ) -> SecondFactor | None:
        """Use up a code, of either kind, where the account has a second factor; give the factor.

        Raises:
            InvalidKey: with ``refusal``: the code is missing, wrong or used.
        """
        factor = self._factor(account)
        if factor is None or not factor.is_confirmed:
            return None
        used = None if code is None else self._use(account, factor, code, execute)
        if used is None:
            raise InvalidKey(refusal)
        return used

    def enrol(self, proof: Proof, *, execute: Execute) -> tuple[str, str]:
        """Begin with a second factor; give its seed and its URI, shown this one time.

        Raises:
            InvalidKey: what was proven does not hold any more.
        """
        seed, sealed = self.codes.new_seed()
        execute(EnrolSecondFactor(proof, sealed, at=self.clock.now()))
        return seed, self.codes.uri(seed, name=f"account {proof.account}")

    def confirm(self, account: int, code: str, *, execute: Execute) -> Sequence[str]:
        """Let what was begun count, by its first code; give its recovery codes, this one time.

        Every session ends: the next login takes a code.

        Raises:
            InvalidKey: the code is wrong, or nothing waits for one.
        """
        factor = self._factor(account)
        seed = factor.unconfirmed if factor else None
        counter = self._counter(seed, code) if seed else None
        if seed is not None and counter is not None:
            shown, digests = self._draw(account)
            now = self.clock.now()
            if execute(ConfirmSecondFactor(account, seed, counter, recovery=digests, at=now)):
                return shown
        msg = "The code is wrong, or nothing waits for one: begin with a second factor first."
        raise InvalidKey(msg)

    def renew_codes(self, proof: Proof, *, execute: Execute) -> Sequence[str]:
        """Give new recovery codes, this one time; the ones before are void.

        Raises:
            InvalidKey: what was proven does not hold any more.
            NotFound: the account has no second factor.
        """
        shown, digests = self._draw(proof.account)
        execute(RenewRecoveryCodes(proof, digests, at=self.clock.now()))
        return shown

    def remove(self, proof: Proof, *, execute: Execute) -> None:
        """Give up a second factor; every session ends.

        Raises:
            InvalidKey: what was proven does not hold any more.
            NotFound: the account has no second factor.
        """
        execute(RemoveSecondFactor(proof, at=self.clock.now()))

    # -- codes -----------------------------------------------------------------------------------

    def _factor(self, account: int) -> SecondFactor | None:
        row = self.reader.secret(SecretKind.SECOND_FACTOR, str(account))
        return SecondFactor.read(row) if row else None

    def _use(
        self, account: int, factor: SecondFactor, code: str, execute: Execute
    ) -> SecondFactor | None:
        now = self.clock.now()
        used: SecondFactor | None = None
        recovery = read_recovery_code(code)
        if recovery is not None:
            used = execute(UseRecoveryCode(account, self._digest(account, recovery), at=now))
        elif (counter := self._counter(factor.sealed_seed, code)) is not None:
            used = execute(UseCode(account, factor.sealed_seed, counter, at=now))
        return used

    def _counter(self, sealed_seed: str, code: str) -> int | None:
        return self.codes.counter(sealed_seed, code, at_s=self.clock.now() // SECOND)

    def _draw(self, account: int) -> tuple[Sequence[str], Sequence[str]]:
        """Draw recovery codes: as they are shown, and their digests."""
        drawn = [
            b32encode(self.randomness.token(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)
        ]
        shown = [written_recovery_code(code) for code in drawn]
        return shown, [self._digest(account, code) for code in drawn]

    def _digest(self, account: int, recovery_code: str) -> str:
        material = f"recovery code of {account}: {recovery_code}".encode()
        return hmac.new(self.server_key, material, hashlib.sha256).hexdigest()
