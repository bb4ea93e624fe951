"""What traced paths mean for the network as it is declared."""
