"""The project's benchmarks: what Bellrock costs, and what others cost beside it."""
