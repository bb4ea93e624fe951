"""One module for each kind of ``bellrock probe``."""
