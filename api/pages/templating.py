"""What our templates need of Jinja beyond what it does."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from api.pages.assets import asset
from api.pages.tables import Column, Kind, Row
from api.pages.words import say
from api.pages.written import kwacha, moment, number

KNOWN: Final[dict[str, Callable[[str], str]]] = {"say": say, "asset": asset}
"""What gives the same for the same name as long as a process lives."""
NOTHING: Final = '<span class="none">\N{EN DASH}</span>'


class _Known(NodeTransformer):
    """Puts what is known into a template as it is compiled: most of a page is its words."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name
        """Put in what a call gives whose one argument stands in the template."""
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name=name), args=[nodes.Const(value=value)], kwargs=[]
            ) if name in KNOWN:
                return nodes.Const(KNOWN[name](value), lineno=node.lineno)
        return node


class _Generator(CodeGenerator):
    def visit_Template(  # noqa: N802 - Jinja's name
        self, node: nodes.Template, frame: Any = None
    ) -> None:
        super().visit_Template(_Known().visit(node), frame)


class Templates(Environment):
    """Compiles templates with our words in them, and looks among a dict's keys first.

    Most of what pages show are answers of the API. Jinja asks such a dict for the attribute of
    ``it.name`` first, and the error that this raises for each value is a tenth of a page.
    """

    code_generator_class = _Generator

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give ``obj.attribute``."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def cells(columns: Sequence[Column], row: Row) -> Markup:
    """Write the cells of a row of a list: they are most of what pages show."""
    written = "".join(f"{_begun(column)}{_cell(column, row)}</td>" for column in columns)
    return Markup(written)  # noqa: S704 - all that is in it was escaped


def cell(column: Column, row: Row) -> Markup:
    """Write what stands in one cell, where that is no part of a table."""
    return Markup(_cell(column, row))  # noqa: S704 - all that is in it was escaped


@cache
def _begun(column: Column) -> str:
    label = escape(say(f"columns.{column.name}"))
    return f'<td class="{column.kind} {column.name}" data-label="{label}">'


def _cell(column: Column, row: Row) -> str:
    value = column.of(row)
    if value is None or value == "":
        return NOTHING
    written = _WRITTEN.get(column.kind, _text)(value)
    if column.link is not None:
        return f'<a href="{escape(column.link(row))}">{written}</a>'
    return written


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return escape(", ".join(map(str, value)))
    return f"<bdi>{escape(value)}</bdi>"


_WRITTEN: Final[dict[Kind, Callable[[Any], str]]] = {
    "when": lambda value: f'<time datetime="{escape(value)}">{moment(value)}</time>',
    "kwacha": kwacha,
    "number": number,
    "credits": number,
    "state": lambda value: f'<span class="state {escape(value.lower())}">{escape(value)}</span>',
    "code": lambda value: f"<code>{escape(value)}</code>",
}
