"""Compile all kernels now, for a set-up to call: ``python -m topology.kernels``."""

from topology.exercise import exercise

if __name__ == "__main__":
    exercise()
