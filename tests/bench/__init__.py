"""Figures, each beside its baseline or its target, in one run: ``make bench``."""
