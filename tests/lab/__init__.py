"""A real network to try Bellrock on: a dozen routers in network namespaces."""
