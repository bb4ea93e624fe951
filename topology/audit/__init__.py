"""How far an inventory can be trusted, and what circuits have in common."""
