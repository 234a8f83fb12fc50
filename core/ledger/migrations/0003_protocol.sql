-- records: debates, votes, tasks, milestones and the phase, each whole as JSON
DROP TABLE votes;
DROP TABLE ballots;
DROP TABLE milestones;
DROP TABLE milestone_checks;
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- ballots: the last one of each voter counts
CREATE TABLE ballots (
    vote TEXT NOT NULL,
    voter TEXT NOT NULL,
    ranking TEXT NOT NULL,
    cast_at REAL NOT NULL,
    PRIMARY KEY (vote, voter)
);

-- submissions: the last text of each participant in each round
CREATE TABLE submissions (
    debate TEXT NOT NULL,
    round INTEGER NOT NULL,
    agent TEXT NOT NULL,
    text TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (debate, round, agent)
);
