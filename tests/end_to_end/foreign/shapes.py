"""Requests as Python makes them, also of a spreadsheet's columns; see programs.py."""

import json
import sys
from collections.abc import Callable
from typing import Any

import requests

Body = dict[str, Any]
"""Arguments of ``requests.post``."""


def main() -> None:
    base_url, key, single, bulk, recipients, text, one, two = sys.argv[1:]

    def to(value: object) -> Callable[[str], Body]:
        return lambda message: {"json": {"to": value, "message": message}}

    def form(*values: str) -> Callable[[str], Body]:
        return lambda message: {"data": {recipients: values, "message": message}}

    shapes: dict[str, tuple[str, Callable[[str], Body]]] = {
        "list of one": (bulk, form(one)),
        "list of two": (bulk, form(one, two)),
        "float": (single, to(float(one))),
        "text with .0": (single, to(f"{one}.0")),
        "a digit short, with .0": (single, to(f"{one[:-1]}.0")),
        "a digit short, float": (single, to(float(one[:-1]))),
        "pasted": (single, to(f"\N{LEFT-TO-RIGHT EMBEDDING}{one}")),
        "chunked": (
            single,
            lambda message: {"data": iter([json.dumps({"to": one, "message": message}).encode()])},
        ),
    }
    seen = {}
    headers = {"Authorization": f"Bearer {key}"}
    for name, (path, body) in shapes.items():
        answer = requests.post(
            base_url + path, headers=headers, timeout=20, **body(f"{name}, {text}")
        )
        seen[name] = {"status": answer.status_code, "answer": answer.json()}
    print(json.dumps(seen))


main()
