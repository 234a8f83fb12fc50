"""Real prompts and programs without an adapter: what becomes of a message to each."""
