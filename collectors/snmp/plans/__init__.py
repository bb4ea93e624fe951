"""What is read of a device beside its interfaces: one module a plan."""
