"""How an emulated phone reaches a gateway: HTTP, one connection a call, bounded in time."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

CALL_S: Final = 10.0
ANSWER_BYTES_MAX: Final = 1024 * 1024
USER_AGENT: Final = "me.capcom.smsgateway/1.68.0"


class HttpWire:
    """Calls below one URL, or any whole one."""

    def __init__(self, url: str) -> None:
        """Take the URL as it is typed into the app.

        Raises:
            ValueError: it is no URL of HTTP.
        """
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            msg = f"{url!r} is no URL of HTTP"
            raise ValueError(msg)
        self._url = url.rstrip("/")

    def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        """Give status and JSON.

        Raises:
            OSError: there was no answer, or none that can be read.
        """
        where = urlsplit(path if "://" in path else self._url + path)
        secure = where.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(where.netloc, timeout=CALL_S)
        raw = body if isinstance(body, str) or body is None else json.dumps(body)
        sent = {**headers, "User-Agent": USER_AGENT, "Content-Type": "application/json"}
        try:
            target = f"{where.path}?{where.query}" if where.query else where.path
            connection.request(method, target, None if raw is None else raw.encode(), sent)
            answer = connection.getresponse()
            told = answer.read(ANSWER_BYTES_MAX)
            return answer.status, json.loads(told) if told else None
        except (http.client.HTTPException, ValueError) as error:
            msg = f"the answer cannot be read: {error}"
            raise OSError(msg) from error
        finally:
            connection.close()
