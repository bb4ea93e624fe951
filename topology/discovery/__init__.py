"""Which links there are, from what devices say of their neighbours."""
