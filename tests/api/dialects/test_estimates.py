"""Status and timeline say when a queued message is likely to leave."""

from datetime import datetime

from application.ports import ModemSettings
from domain.values import Network
from tests.api.conftest import NUMBERS, StartGateway


def test_by_what_is_ahead_of_it_and_the_pace_of_the_sims(start_gateway: StartGateway) -> None:
    modems = [
        ModemSettings(f"modem{place}", "", Network.MTN, segments_per_minute=6) for place in range(4)
    ]
    gateway = start_gateway(modems=tuple(modems))
    fields = {"to": NUMBERS[Network.MTN], "message": "x" * 600}
    ids = [gateway.post("/api/v1/sms/send", fields).json()["message_id"] for _ in range(3)]
    gateway.logs()  # waits until the read models have them

    def said(message_id: str) -> list[datetime]:
        paths = (f"/api/v1/sms/status/{message_id}", f"/api/v1/messages/{message_id}")
        shown = [gateway.get(path).json()["data"]["estimated_send_at"] for path in paths]
        return [datetime.fromisoformat(time) for time in shown]

    status, timeline = said(ids[2])
    assert abs((timeline - status).total_seconds()) < 5
    ahead_s = (status - said(ids[0])[0]).total_seconds()
    assert 70 < ahead_s <= 80  # 8 segments at 6 a minute, less the time between the questions
