"""E, the baseline of all that goes over HTTP: a bare Litestar route that gives JSON back.

``python -m tests.benchmarks.echo PORT`` serves it with the same uvicorn settings as ``serve``.
"""

import sys
from typing import Any

import uvicorn
from litestar import Litestar, post


@post("/", status_code=200)
async def echo(data: dict[str, Any]) -> dict[str, Any]:
    """Give the body back."""
    return data


def create_echo() -> Litestar:
    """Make the application."""
    return Litestar([echo], openapi_config=None, logging_config=None, debug=False)


if __name__ == "__main__":
    uvicorn.run(
        create_echo(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2_048,
        timeout_keep_alive=75,
        lifespan="on",
    )
