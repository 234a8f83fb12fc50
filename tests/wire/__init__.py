"""Clients and supervisors of other versions."""
