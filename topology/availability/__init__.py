"""How much of the time each site and service can be reached."""
