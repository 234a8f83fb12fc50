-- events: what happened, in the order it happened
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    agent TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '{}',
    schema_version INTEGER NOT NULL DEFAULT 1
);

-- messages: one row from acceptance on; seq is the order of delivery for its recipient
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    topic TEXT NOT NULL,
    name TEXT NOT NULL,
    file_key TEXT NOT NULL DEFAULT '',
    envelope_id TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    preview TEXT NOT NULL DEFAULT '',
    accepted_at REAL NOT NULL,
    changed_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    in_doubt INTEGER NOT NULL DEFAULT 0,
    redelivered INTEGER NOT NULL DEFAULT 0,
    doubts INTEGER NOT NULL DEFAULT 0,
    redrive_of TEXT
);
CREATE INDEX messages_by_state ON messages (state, recipient, seq);
CREATE INDEX messages_by_content ON messages (recipient, sender, sha256, accepted_at);

-- bodies: the bytes as accepted, so that a file changed later changes nothing
CREATE TABLE bodies (message TEXT PRIMARY KEY, body BLOB NOT NULL);

-- attempts: each try to type a message in
CREATE TABLE attempts (
    message TEXT NOT NULL,
    at REAL NOT NULL,
    step TEXT NOT NULL,
    evidence TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attempts_by_message ON attempts (message, at);

-- runs: each start of an agent; written before the start, so that a pane is never orphaned
CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    agent TEXT NOT NULL,
    pane TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL DEFAULT 0,
    pid_started TEXT NOT NULL DEFAULT '',
    started_at REAL NOT NULL,
    ready_at REAL,
    ended_at REAL,
    ending TEXT NOT NULL DEFAULT ''
);
CREATE INDEX runs_by_agent ON runs (agent, started_at);

-- agents: what must outlive the supervisor
CREATE TABLE agents (
    agent TEXT PRIMARY KEY,
    restarts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    ending TEXT NOT NULL DEFAULT ''
);

-- votes, ballots, milestones: the crew's protocol, shown by its panels
CREATE TABLE votes (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    winner TEXT,
    tied TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE ballots (
    vote TEXT NOT NULL,
    voter TEXT NOT NULL,
    ranking TEXT NOT NULL,
    PRIMARY KEY (vote, voter)
);
CREATE TABLE milestones (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    approved INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE milestone_checks (
    milestone TEXT NOT NULL,
    name TEXT NOT NULL,
    passed INTEGER,
    evidence TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (milestone, name)
);
