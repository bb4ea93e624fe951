"""Who sends how much to whom, worked out from what links are measured to carry."""
