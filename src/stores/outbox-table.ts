/**
 * The table of an outbox, in the file of an application. Made by whoever writes the first row, in its transaction. `id`: the
 * order of the rows. `why`: it was set aside. `store`: the identity of the store in which the job is to be; NULL: any. Not
 * STRICT: a program with an older SQLite could not open the whole file any more.
 */
export const outboxTable = `
  CREATE TABLE IF NOT EXISTS main.offstage_outbox (
    id         INTEGER PRIMARY KEY,
    token      TEXT    NOT NULL UNIQUE,
    job        TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    store      TEXT,
    why        TEXT
  )`

export const insertOutboxRow = 'INSERT INTO main.offstage_outbox (token, job, created_at, store) VALUES (?, ?, ?, ?)'
