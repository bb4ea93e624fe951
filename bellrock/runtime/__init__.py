"""Schedule, state and supervision: wires the trades together."""
