"""A simulated network on loopback around the real monitor."""
