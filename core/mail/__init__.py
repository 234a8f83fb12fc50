"""Queue folders, delivery, dead letters."""
