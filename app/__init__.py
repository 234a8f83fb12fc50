"""The Textual application, its screens and keys, and the command line."""
