"""The settings file: what to watch, how often, with which credentials."""
