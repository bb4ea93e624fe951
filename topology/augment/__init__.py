"""Which circuits to build next."""
