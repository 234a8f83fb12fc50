-- messages: how far a try came and in which run, so that a restart knows what may have happened
ALTER TABLE messages ADD COLUMN step TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN run TEXT NOT NULL DEFAULT '';

-- runs: where in the transcript the run's output begins, and where it rests
ALTER TABLE runs ADD COLUMN output_from TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN ground TEXT NOT NULL DEFAULT '';
