"""What-if scenarios: as they are written in a file, and as they are checked."""
