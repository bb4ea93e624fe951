"""What a change would change: scenarios applied, and two networks compared."""
