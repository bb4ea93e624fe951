"""Devices asked over SSH for what their management protocol does not tell."""
