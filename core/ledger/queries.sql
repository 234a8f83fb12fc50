-- name: add_event
-- one event, in the same transaction as the change that it reports
INSERT INTO events (at, kind, agent, message, text, detail) VALUES (?, ?, ?, ?, ?, ?)

-- name: events_after
-- events in order, for the trail
SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?

-- name: last_events
-- the newest events, newest first
SELECT * FROM events ORDER BY id DESC LIMIT ?

-- name: add_message
-- acceptance: from here on the message is never lost
INSERT INTO messages (id, recipient, sender, topic, name, file_key, envelope_id, sha256, size,
    state, reason, preview, accepted_at, changed_at, redrive_of)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: add_body
-- the bytes as they were accepted
INSERT INTO bodies (message, body) VALUES (?, ?)

-- name: body
-- the bytes of a message
SELECT body FROM bodies WHERE message = ?

-- name: message
-- one message
SELECT * FROM messages WHERE id = ?

-- name: move_message
-- a new state with its reason; what was ended meanwhile does not wait again
UPDATE messages SET state = ?1, reason = ?2, changed_at = ?3 WHERE id = ?4
    AND NOT (state IN ('superseded', 'redriven', 'purged') AND ?1 IN ('queued', 'held', 'pasting'))

-- name: begin_typing
-- the intent to paste, in which run of the agent
UPDATE messages SET state = 'pasting', reason = '', step = 'paste', run = ?, changed_at = ?
WHERE id = ?

-- name: begin_enter
-- the intent to press Enter: from here on it may have been submitted
UPDATE messages SET step = 'enter', typed = ? WHERE id = ?

-- name: at_step
-- how far the try came by now
UPDATE messages SET step = ? WHERE id = ?

-- name: open_for
-- what was submitted to a recipient and is not proven to be taken
SELECT * FROM messages WHERE recipient = ? AND state IN ('submitted', 'in agent') ORDER BY seq

-- name: take_back
-- it was in the agent's own queue, or may stand in its composer: typed again, marked
UPDATE messages SET in_doubt = 1, state = ?, reason = ?, step = '', changed_at = ? WHERE id = ?

-- name: count_attempt
-- one more try
UPDATE messages SET attempts = attempts + 1 WHERE id = ?

-- name: add_attempt
-- how far a try came
INSERT INTO attempts (message, at, step, evidence) VALUES (?, ?, ?, ?)

-- name: attempts
-- every try of a message
SELECT at, step, evidence FROM attempts WHERE message = ? ORDER BY at, rowid

-- name: doubt
-- it was being typed when the supervisor or its agent died
UPDATE messages SET in_doubt = 1, doubts = doubts + 1, state = 'queued', changed_at = ?
WHERE id = ?

-- name: given_until
-- when an agent was given a message, and when the run ended that was given it
SELECT m.state, COALESCE(r.ended_at, ?) AS ended_at, COALESCE(
    (SELECT MAX(a.at) FROM attempts a WHERE a.message = m.id AND a.step IN ('submitted', 'in agent')),
    m.changed_at
) AS given_at
FROM messages m LEFT JOIN runs r ON r.run = m.run WHERE m.id = ?

-- name: redelivered
-- a message in doubt is typed once more, and marked so
UPDATE messages SET redelivered = 1, in_doubt = 0 WHERE id = ?

-- name: next_for
-- the oldest message that waits for a recipient
SELECT * FROM messages WHERE recipient = ? AND state IN ('queued', 'held') ORDER BY seq LIMIT 1

-- name: waiting_counts
-- how many messages wait, by recipient
SELECT recipient, COUNT(*), SUM(size) FROM messages
WHERE state IN ('queued', 'held', 'pasting', 'submitted', 'in agent') GROUP BY recipient

-- name: known_files
-- files in inboxes that were accepted already
SELECT recipient, name, file_key, id FROM messages
WHERE file_key != ''

-- name: same_content
-- an equal message from the same sender within the window
SELECT id FROM messages WHERE recipient = ? AND sender = ? AND sha256 = ? AND accepted_at >= ?
    AND redrive_of IS NULL AND state NOT IN ('duplicate', 'dead', 'purged') LIMIT 1

-- name: same_envelope
-- the same message of the same sender again, by the id that it gave; other content is another one
SELECT id FROM messages WHERE recipient = ? AND envelope_id = ? AND sender = ? AND sha256 = ?
    AND accepted_at >= ? AND state NOT IN ('duplicate', 'dead', 'purged') LIMIT 1

-- name: snapshot_waiting
-- what a dashboard needs at once: all that waits or is dead
SELECT * FROM messages
WHERE state IN ('queued', 'held', 'pasting', 'submitted', 'in agent', 'dead') ORDER BY seq DESC LIMIT ?

-- name: snapshot_finished
-- and the newest of what is done
SELECT * FROM messages WHERE state IN ('delivered', 'duplicate', 'superseded') ORDER BY seq DESC LIMIT ?

-- name: add_run
-- the intent to start an agent
INSERT INTO runs (run, agent, started_at) VALUES (?, ?, ?)

-- name: place_run
-- where the run is
UPDATE runs SET pane = ?, pid = ?, pid_started = ?, output_from = ? WHERE run = ?

-- name: ground_run
-- where the run rests and who reads there
UPDATE runs SET ground = ? WHERE run = ?

-- name: ready_run
-- the run reached ready
UPDATE runs SET ready_at = ? WHERE run = ?

-- name: end_run
-- how the run ended
UPDATE runs SET ended_at = ?, ending = ? WHERE run = ? AND ended_at IS NULL

-- name: all_runs
-- every run ever started, by whose tokens its processes are known
SELECT run, agent FROM runs

-- name: open_prompts
-- startup prompts of an agent that wait; only crewtui's own have no file
SELECT * FROM messages WHERE recipient = ? AND sender = ? AND topic = ? AND file_key = ''
    AND state IN ('queued', 'held') ORDER BY seq

-- name: last_prompt
-- the newest startup prompt of an agent
SELECT * FROM messages WHERE recipient = ? AND sender = ? AND topic = ? AND file_key = ''
ORDER BY seq DESC LIMIT 1

-- name: open_runs
-- runs that have not ended as far as is known
SELECT * FROM runs WHERE ended_at IS NULL ORDER BY started_at

-- name: session_run
-- the agent's own session in a run
UPDATE runs SET session = ? WHERE run = ?

-- name: last_session
-- the newest session of an agent
SELECT session FROM runs WHERE agent = ? AND session != '' ORDER BY started_at DESC LIMIT 1

-- name: put_agent
-- what must outlive the supervisor
INSERT INTO agents (agent, restarts, state, ending) VALUES (?, ?, ?, ?)
ON CONFLICT (agent) DO UPDATE SET restarts = excluded.restarts, state = excluded.state,
    ending = excluded.ending

-- name: agents
-- all that outlived the last supervisor
SELECT * FROM agents

-- name: put_record
-- a debate, vote, task, milestone or phase as it is now
INSERT INTO records (kind, id, value) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value

-- name: record
-- one of them
SELECT id, value FROM records WHERE kind = ? AND id = ?

-- name: records
-- all of a kind, in the order they were made
SELECT id, value FROM records WHERE kind = ? ORDER BY rowid

-- name: put_ballot
-- the last ballot of a voter
INSERT INTO ballots (vote, voter, ranking, cast_at) VALUES (?, ?, ?, ?)
ON CONFLICT (vote, voter) DO UPDATE SET ranking = excluded.ranking, cast_at = excluded.cast_at

-- name: ballots
-- the ballots of an election, by voter: the order in which they came never matters
SELECT voter, ranking FROM ballots WHERE vote = ? ORDER BY voter

-- name: put_submission
-- the last text of a participant in a round
INSERT INTO submissions (debate, round, agent, text, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (debate, round, agent) DO UPDATE SET text = excluded.text, at = excluded.at

-- name: submissions
-- the texts of a round
SELECT agent, text FROM submissions WHERE debate = ? AND round = ? ORDER BY agent

-- name: doubt_unknown
-- it was being typed when the last supervisor died
UPDATE messages SET in_doubt = 1, state = 'queued', changed_at = ? WHERE id = ?

-- name: pasting
-- messages that were being typed
SELECT id, recipient, name FROM messages WHERE state = 'pasting'

-- name: unfiled
-- finished messages whose files are still to be moved
SELECT * FROM messages WHERE file_key != ''
    AND state IN ('delivered', 'duplicate', 'dead', 'redriven', 'purged') ORDER BY seq

-- name: filed
-- the file is where it belongs
UPDATE messages SET file_key = '' WHERE id = ?

-- name: redo_after
-- changed rows that do not stand in rows.jsonl yet
SELECT n, tbl, id, value FROM redo WHERE n > ? ORDER BY n LIMIT ?

-- name: forget_redo
-- those that do
DELETE FROM redo WHERE n <= ?

-- name: old_messages
-- finished and filed long ago, and nothing that still waits was made of it
SELECT id FROM messages WHERE changed_at < ? AND file_key = ''
    AND state IN ('delivered', 'duplicate', 'superseded', 'redriven', 'purged')
    AND id NOT IN (SELECT redrive_of FROM messages WHERE redrive_of IS NOT NULL
        AND state NOT IN ('delivered', 'duplicate', 'superseded', 'redriven', 'purged'))
LIMIT ?

-- name: drop_body
-- with its body
DELETE FROM bodies WHERE message = ?

-- name: drop_attempts
-- its tries
DELETE FROM attempts WHERE message = ?

-- name: drop_message
-- and its row
DELETE FROM messages WHERE id = ?

-- name: old_events
-- the last event of old ones, so many at a time; the newest of all stays
SELECT MAX(id) FROM (SELECT id FROM events WHERE at < ?
    AND id < (SELECT MAX(id) FROM events) ORDER BY id LIMIT ?)

-- name: drop_events
-- all up to it that are old: a clock that was set back may have put newer ones between
DELETE FROM events WHERE id <= ? AND at < ?

-- name: drop_runs
-- runs that ended long ago, but for each agent's newest
DELETE FROM runs WHERE run IN (SELECT run FROM runs r WHERE ended_at < ?
    AND started_at < (SELECT MAX(started_at) FROM runs WHERE agent = r.agent) LIMIT ?)

-- name: shrink
-- free pages back to the disk; nothing where the file was made without that
PRAGMA incremental_vacuum(500)
