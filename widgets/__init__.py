"""What is seen: one widget a file, values in and messages out."""
