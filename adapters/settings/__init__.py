"""The settings: what there is to set, and how it is read."""

from adapters.settings.given import ENVIRONMENT_PREFIX
from adapters.settings.model import Settings
from adapters.settings.reading import load_settings

__all__ = ["ENVIRONMENT_PREFIX", "Settings", "load_settings"]
