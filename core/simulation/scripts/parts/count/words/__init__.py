"""A word counter."""
