"""What to ask each platform's command line, and how to read what it answers."""
