"""The phases of a crew: what follows what, when, and who is told."""
