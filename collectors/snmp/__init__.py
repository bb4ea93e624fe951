"""SNMP: wire format, security, one shared socket, and the tables we read."""
