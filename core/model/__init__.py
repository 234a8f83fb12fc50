"""The values all else speaks in: no I/O."""
