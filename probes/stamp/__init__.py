"""STAMP, the simple two-way active measurement protocol (RFC 8762): both its ends."""
