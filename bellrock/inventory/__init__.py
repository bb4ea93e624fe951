"""The inventory: YAML files in, one checked bellrock.model.inventory out."""

from bellrock.inventory.cache import Loaded
from bellrock.inventory.load import load

__all__ = ["Loaded", "load"]
