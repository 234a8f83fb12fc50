"""crewtui: a terminal dashboard and supervisor for crews of AI coding agents."""

__version__ = "0.1.0"
