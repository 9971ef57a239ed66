"""The project's own source files, read and parsed once, for the rules that look at them."""

import ast
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CLIENTS: Final = ROOT / "api" / "clients"
"""Libraries for other people's programs: no part of the room that they lie in."""
ROOMS: Final = ("domain", "application", "projections", "adapters", "api", "worker")


@dataclass(frozen=True)
class Source:
    """One Python file, by its name from the root."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.text.splitlines()

    def at(self, node: ast.AST) -> str:
        """Give ``file:line``, as an editor jumps to it."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


def sources(*folders: str) -> tuple[Source, ...]:
    """Give every Python file below ``folders``."""
    return tuple(source for folder in folders for source in _below(folder))


@cache
def _below(folder: str) -> tuple[Source, ...]:
    above = ROOT / folder
    found = sorted(above.rglob("*.py"))
    is_of_clients = above.is_relative_to(CLIENTS)
    return tuple(_read(path) for path in found if path.is_relative_to(CLIENTS) is is_of_clients)


@cache
def _read(path: Path) -> Source:
    return Source(path.relative_to(ROOT).as_posix(), path.read_text())


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Give a tree and all below it; to walk takes ten times as long."""
    return tuple(ast.walk(tree))


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Map each name that an import binds anywhere in the file to what it stands for.

    ``from datetime import datetime as dt`` gives ``{"dt": "datetime.datetime"}``.
    """
    names: dict[str, str] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def imported_modules(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Give each import with the module that it names; ``from a import b`` gives ``a``."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def dotted_names(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Give each name or attribute chain in full: ``dt.now`` as ``datetime.datetime.now``."""
    names = imported_names(tree)
    for node in nodes(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            parts: list[str] = []
            base: ast.AST = node
            while isinstance(base, ast.Attribute):
                parts.append(base.attr)
                base = base.value
            if isinstance(base, ast.Name):
                yield node, ".".join([names.get(base.id, base.id), *reversed(parts)])


def imported_targets(source: Source, known: Container[str]) -> Iterator[str]:
    """Give the files among ``known`` that a file imports; a package is its ``__init__.py``."""
    for node in nodes(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if _file(name, known) else str(node.module) for name in modules]
        else:
            continue
        yield from (file for name in names if (file := _file(name, known)))


def _file(module: str, known: Container[str]) -> str | None:
    path = module.replace(".", "/")
    candidates = (f"{path}.py", f"{path}/__init__.py")
    return next((name for name in candidates if name in known), None)
