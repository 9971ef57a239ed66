"""What our templates need of Jinja beyond what it does."""

from typing import Any

from jinja2 import Environment


class DictsFirst(Environment):
    """Looks for ``it.name`` among a dict's keys before its methods.

    Most of what pages show are answers of the API. Jinja asks such a dict for an attribute first,
    and the error that this raises for each value is a tenth of a page.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give ``obj.attribute``."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)
