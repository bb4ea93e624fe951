"""Traps and informs: what devices tell unasked."""
