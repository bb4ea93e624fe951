"""Hostile octets for everything that reads some: by chance, and guided by coverage.

``make fuzz`` runs ten million inputs and ends by itself; a hundred thousand mutated
datagrams are part of the tests. What failed is told with its octets, to be tried again:
``python -m tests.collectors.snmp.fuzz again TARGET HEX``.
"""
