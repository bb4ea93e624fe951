"""The product: what it is told, what it believes, what it says, and its commands."""

__version__ = "0.1.0"
