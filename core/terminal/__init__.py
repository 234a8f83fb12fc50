"""What the kernel knows of a terminal: unread bytes, modes, who reads it, what was printed."""
