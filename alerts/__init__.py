"""Prometheus rules, Alertmanager routes and runbooks, from the catalogue."""
