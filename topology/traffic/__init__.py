"""Where traffic goes, and where it goes after failures."""
