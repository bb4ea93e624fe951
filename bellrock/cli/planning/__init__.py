"""Commands that ask the topology a question of an inventory, one module each."""
