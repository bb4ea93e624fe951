"""PromQL that names only metrics of the catalogue."""
