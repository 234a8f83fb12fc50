"""The only place that knows tmux."""
