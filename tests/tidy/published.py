"""Finds published numbers that are typed again where they should be imported from the domain."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

from domain.rate_limits import Limits
from tests.tidy.sources import Source, nodes, sources

BOUNDS: Final = frozenset(
    {"default", "ge", "gt", "le", "least", "lt", "max", "max_length", "maximum", "min"}
    | {"min_length", "minimum", "most", "maxItems", "maxLength"}
)
"""Keyword arguments and keys that say how much of something there may be."""
_IN_WORDS: Final = re.compile(
    r"\b(?:most|to) ([0-9][0-9,]*)|(?<![-\w])([0-9][0-9,]*) "
    r"(?:characters|credits|hours|minutes|a page|recipients|segments|unless)\b"
)
_QUANTIFIER: Final = re.compile(r"\{(?:[0-9]+,)?([0-9]+)\}")


def published_numbers() -> Mapping[str, int]:
    """Give the numbers of the domain by name, and a minute's limits as ``Limits.single``."""
    numbers = {f"Limits.{name}": limit for name, limit in asdict(Limits()).items()}
    for source in sources("domain"):
        module = importlib.import_module(source.name.removesuffix(".py").replace("/", "."))
        for node in source.tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name, value = node.target.id, getattr(module, node.target.id)
                if type(value) is int and not name.startswith("_"):
                    assert name not in numbers, f"{source.at(node)} {name} has a home"
                    numbers[name] = value
    return numbers


def types_a_published_number(source: Source, numbers: Mapping[str, int]) -> Iterator[str]:
    """Find names of published numbers defined again, and bounds that are typed as literals.

    A bound is what is given for ``max_length``, ``le``, ``default`` and their like, what a length
    is compared with, an end of ``IntRange`` or ``Whole``, the end of a pattern's ``{1,255}``, and
    a limit in words that a reader gets to see. Everybody may type 0 and 1.
    """
    values = set(numbers.values()) - {0, 1}
    silent = _docstrings(source.tree)
    for node in nodes(source.tree):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in numbers:
            yield f"{source.at(node)} {ast.unparse(node.target)} has a home"
        for bound in _bounds(node):
            if _is_typed(bound):
                yield f"{source.at(bound)} {ast.unparse(bound)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            for number in sorted(_limits_in(node.value) & values):
                yield f"{source.at(node)} {number} in {node.value[:40]!r}"


def _limits_in(text: str) -> set[int]:
    words = ("".join(found) for found in _IN_WORDS.findall(text))
    ends = _QUANTIFIER.findall(text)
    return {int(digits.replace(",", "")) for digits in (*words, *ends)}


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    """Give the strings that stand alone: docstrings, and those below a field."""
    return {
        node.value
        for node in nodes(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _bounds(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.keyword(arg=str(name), value=value) if name in BOUNDS:
            yield value
        case ast.Compare(left=left, comparators=others) if any(map(_is_length, [left, *others])):
            yield from [left, *others]
        case ast.Call(func=called, args=arguments) if ast.unparse(called).endswith(
            ("IntRange", "Whole")
        ):
            yield from arguments
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value in BOUNDS:
                    yield value
        case _:
            pass


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "len"


def _is_typed(node: ast.expr) -> bool:
    """Whether this is a number made of digits alone, such as ``-10**12``; 0 and 1 do not count."""
    digits = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Call)]
    return not names and any(type(digit) is int and digit > 1 for digit in digits)
