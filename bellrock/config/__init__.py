"""The settings file: what to watch, how often, with which credentials."""

from bellrock.config.duration import Seconds
from bellrock.config.names import Names
from bellrock.config.schema import Listen
from bellrock.config.secrets import read_secret
from bellrock.config.settings import Settings, load

__all__ = ["Listen", "Names", "Seconds", "Settings", "load", "read_secret"]
