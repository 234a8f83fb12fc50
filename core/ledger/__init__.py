"""SQLite: the record of everything, and its JSONL trail."""
