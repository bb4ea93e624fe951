"""Passive measurements: what devices say of themselves."""
