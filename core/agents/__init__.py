"""Adapters: how each agent program looks and is spoken to."""
