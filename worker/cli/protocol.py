"""HTTP as the server speaks it: what cannot be parsed is refused in JSON too."""

import json

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol


class JsonHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose own refusal of unparsable HTTP is plain text."""

    def send_400_response(self, msg: str) -> None:
        """Refuse and close; no route is known, so the body carries what both dialects show."""
        body = json.dumps({"status": "error", "code": "INVALID_PARAMS", "message": msg}).encode()
        head = (
            b"content-type: application/json\r\ncache-control: no-store\r\n"
            b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        )
        self.transport.write(STATUS_LINE[400] + head + body)
        self.transport.close()
