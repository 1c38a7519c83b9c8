import { firstTables } from './migrations/1-first-tables.js'

/**
 * The schema, one migration a version. A released migration is frozen: a change is a new one at the end.
 * `PRAGMA user_version` is how many of them a file has.
 */
export const migrations: readonly string[] = [firstTables]

/** Marks a file as Offstage's own (`PRAGMA application_id`): "Offs" in ASCII, and two more. */
export const applicationId = 0x4f666679

/** Those before the first release, whose files had other tables under the same versions. */
export const unreleasedApplicationIds: readonly number[] = [
  0x4f666673, 0x4f666674, 0x4f666675, 0x4f666676, 0x4f666677, 0x4f666678,
]
