export const output = `
  -- What the attempts of a job have printed, line by line.
  CREATE TABLE output (
    job     INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    line    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    stream  TEXT    NOT NULL CHECK (stream = 'stdout' OR stream = 'stderr'),
    text    TEXT    NOT NULL,
    PRIMARY KEY (job, attempt, line)
  ) STRICT, WITHOUT ROWID;

  -- How far a job said that it is, last.
  CREATE TABLE progress (
    job      INTEGER PRIMARY KEY,
    fraction REAL    NOT NULL CHECK (fraction BETWEEN 0 AND 1),
    message  TEXT
  ) STRICT;

  -- What an attempt has used, where that is known of it alone.
  CREATE TABLE usage (
    job         INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    peak_bytes  INTEGER,
    cpu_ms      INTEGER,
    PRIMARY KEY (job, attempt)
  ) STRICT, WITHOUT ROWID;
  `
