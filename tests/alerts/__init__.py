"""Tests of the alerts, by the programs that read them."""
