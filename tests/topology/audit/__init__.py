"""The audit of an inventory."""
