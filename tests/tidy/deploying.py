"""What files for installing may name: variables of settings that there are."""

from collections.abc import Iterable

from adapters.settings import ENVIRONMENT_PREFIX, Settings
from adapters.settings.given import NOT_SETTINGS
from adapters.settings.table import table


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Give those of the variables that no setting has."""
    known = {
        f"{ENVIRONMENT_PREFIX}{f'{section.name}_' if section.name else ''}{row.name}".upper()
        for section in table(Settings)
        if not section.is_list
        for row in section.rows
    }
    known |= {f"{ENVIRONMENT_PREFIX}{name}".upper() for name in NOT_SETTINGS}
    return sorted(set(names) - known)
