"""Demands worked out from measured loads."""
