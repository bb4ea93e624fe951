"""Tests of probes.checks."""
