"""Import circles: of files, and of folders whose files import one another in turn."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

from tests.tidy.sources import Source, imported_targets

Arrows = Mapping[str, frozenset[str]]

ROOT_FOLDER: Final = "."


def of_files(files: Iterable[Source]) -> list[list[str]]:
    """Give each set of files that import one another in a circle, at any line of theirs."""
    return _circles(_arrows(list(files)))


def of_folders(files: Iterable[Source]) -> list[list[str]]:
    """Give each set of sibling folders and files whose insides import one another in a circle.

    Folders count as wholes beside their siblings: inside one of them is another level.
    """
    arrows = _arrows(list(files))
    found = []
    for folder in sorted({parent for name in arrows for parent in _parents(name)}):
        inside = {
            name: frozenset(
                sibling
                for target in targets
                if (sibling := _child(folder, target)) is not None
                and sibling != _child(folder, name)
            )
            for name, targets in arrows.items()
            if _child(folder, name) is not None
        }
        wholes: dict[str, set[str]] = {}
        for name, siblings in inside.items():
            if PurePosixPath(name).name == "__init__.py" and _child(folder, name) == name:
                continue  # a folder's own door imports from what is in it
            wholes.setdefault(str(_child(folder, name)), set()).update(siblings)
        found += _circles({whole: frozenset(siblings) for whole, siblings in wholes.items()})
    return found


def _arrows(files: list[Source]) -> dict[str, frozenset[str]]:
    known = {source.name for source in files}
    return {
        source.name: frozenset(imported_targets(source, known)) - {source.name} for source in files
    }


def _parents(name: str) -> list[str]:
    return [path.as_posix() for path in PurePosixPath(name).parents]


def _child(folder: str, name: str) -> str | None:
    """Give the entry of ``folder`` in which ``name`` stands, None when it is elsewhere."""
    if folder == ROOT_FOLDER:
        return name.partition("/")[0]
    if not name.startswith(f"{folder}/"):
        return None
    return f"{folder}/{name[len(folder) + 1 :].partition('/')[0]}"


def _circles(arrows: Arrows) -> list[list[str]]:
    """Give the strongly connected sets of more than one (Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        path.append(name)
        for target in sorted(arrows.get(name, ())):
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in path:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            circle = path[path.index(name) :]
            del path[path.index(name) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for name in sorted(arrows):
        if name not in order:
            visit(name)
    return found
