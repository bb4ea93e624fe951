"""Grafana dashboards, from the catalogue."""
