"""The other end of the supervisor's socket."""
