"""SBOMs that others made, as inventories."""
