"""The life of an agent process: spawn, exit, backoff, degraded."""
