"""Fences, attacked from inside."""
