"""A browser without a screen: it keeps cookies as told, and sends the forms that pages show."""

import re
from html import unescape
from typing import Any, Final

import httpx

SESSION: Final = "__Host-ngoma"
TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
ATTRIBUTES: Final = ("Path=/", "Secure", "HttpOnly", "SameSite=Lax")


class Browser:
    """One person's browser. On the machine itself it keeps Secure cookies over plain http too."""

    def __init__(self, url: str, *, token: str = "") -> None:
        self.http = httpx.Client(
            base_url=url, timeout=20, verify=False, headers={"accept": "text/html,*/*"}
        )
        self.cookies: dict[str, str] = {SESSION: token} if token else {}

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Make one request, and follow nothing."""
        headers = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        headers |= more.pop("headers", {})
        answer = self.http.request(method, path, headers=headers, **more)
        for written in answer.headers.get_list("set-cookie"):
            pair, *attributes = written.split("; ")
            name, _, value = pair.partition("=")
            assert name.startswith("__Host-"), written
            assert set(ATTRIBUTES) <= set(attributes), written
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Look at a page."""
        return self.ask("GET", path, **more)

    def send(
        self, path: str, do: str, *, page: str = "", headers: Any = None, **fields: Any
    ) -> httpx.Response:
        """Send a form of a page as the page gives it, with these fields filled in."""
        token = TOKEN.search(self.get(page or path).text)
        assert token, f"there is no form on {page or path}"
        filled = {"csrf_token": unescape(token[1]), "do": do, **fields}
        return self.ask("POST", path, data=filled, headers=headers or {})

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where a form's answer leads."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"])


def seen(answer: httpx.Response) -> str:
    """Give what stands on a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())
