"""The bellrock command."""
