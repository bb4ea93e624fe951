"""Checks of services that people use: each module speaks one protocol."""
