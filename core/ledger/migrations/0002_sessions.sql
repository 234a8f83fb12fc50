-- the session of an agent's own that a run had, so that the next one can take it up
ALTER TABLE runs ADD COLUMN session TEXT NOT NULL DEFAULT '';
