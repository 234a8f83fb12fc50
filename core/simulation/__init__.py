"""Scripted agents: real processes that behave like agent CLIs without a model."""
