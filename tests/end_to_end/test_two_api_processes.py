"""Two API processes on one wallet: it is spent to the last credit, never further, and shared."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.fleet import Scaled
from tests.end_to_end.load import Recipients

pytestmark = [pytest.mark.processes, pytest.mark.servers]

RACES: Final = 6  # one lasts a second, in which a busy machine may favour either process
SENDERS: Final = 64
CREDITS: Final = 500
LOOK_S: Final = 0.02


class Connection:
    """A kept connection that costs the test next to nothing: the race is between the servers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, base_url: str) -> "Connection":
        place = urlsplit(base_url)
        return cls(*await asyncio.open_connection(place.hostname, place.port))

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        content = json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: g\r\nContent-Length: {len(content)}\r\n\r\n"
        self.writer.write(head.encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.split(b"content-length:")[1].split(b"\r\n")[0])
        return int(answer.split()[1]), json.loads(await self._reader.readexactly(length))


@dataclass(slots=True)
class Race:
    """Senders that send one credit at a time until they are told that there are no more."""

    base_urls: list[str]
    api_key: str
    recipients: Recipients
    accepted: list[tuple[str, str]] = field(default_factory=list)
    """Process and message id of each accepted message."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    async def run(self) -> None:
        """Run it, looking at the balance through both processes all the while."""
        await self._look()  # and both know the key now
        together = asyncio.Barrier(SENDERS)
        senders = [
            asyncio.create_task(self._send(self.base_urls[place % 2], together))
            for place in range(SENDERS)
        ]
        while any(not sender.done() for sender in senders):
            await self._look()
            await asyncio.sleep(LOOK_S)
        await asyncio.gather(*senders)
        await self._look()

    async def _send(self, base_url: str, together: asyncio.Barrier) -> None:
        connection = await Connection.open(base_url)
        await together.wait()
        while True:
            (to,) = self.recipients.take()
            body = {"api_key": self.api_key, "to": to, "message": "One credit"}
            status, answer = await connection.ask("POST", "/api", body)
            if status != 200:
                self.refused.append((status, answer["code"]))
                break
            self.accepted.append((base_url, answer["message_id"]))
        connection.writer.close()

    async def _look(self) -> None:
        for base_url in self.base_urls:
            connection = await Connection.open(base_url)
            _, answer = await connection.ask("GET", f"/api/balance?api_key={self.api_key}")
            self.read.append(answer["balance"])
            connection.writer.close()


def test_64_senders_race_for_500_credits(scaled: Scaled) -> None:
    recipients, shares = Recipients(), Counter[str]()
    for _ in range(RACES):
        account = scaled.create_account(credits=CREDITS)
        race = Race(scaled.base_urls, account.api_key, recipients)
        asyncio.run(race.run())

        assert set(race.refused) == {(402, "INSUFFICIENT_CREDITS")}
        assert len({message_id for _, message_id in race.accepted}) == CREDITS
        assert (race.read[0], min(race.read), race.read[-1]) == (CREDITS, 0, 0)
        shares.update(base_url for base_url, _ in race.accepted)
        balance = scaled.clients(account)[0].full_balance()
        assert balance["reserved"] + balance["spent"] == CREDITS
    assert min(shares[base_url] for base_url in scaled.base_urls) >= RACES * CREDITS / 3, shares
    scaled.must_run()
