-- redo: each row as it is after a change, until it stands in rows.jsonl; no value: it was deleted
CREATE TABLE redo (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    tbl TEXT NOT NULL,
    id INTEGER NOT NULL,
    value TEXT
);
