import type Database from 'better-sqlite3'
import { jobTexts, rawJobTexts } from './job-statements.js'
import { type Prepared, prepare, withHiddenValues } from './prepare.js'
import { readingTexts } from './reading-statements.js'
import { scheduleTexts } from './schedule-statements.js'
import { upkeepTexts } from './upkeep-statements.js'

/** Every SQL statement of the store under its one name, but those that are made for a filter or a number of tasks. */
export const statementTexts = preparedOnce({
  ...jobTexts,
  ...rawJobTexts,
  ...readingTexts,
  ...upkeepTexts,
  ...scheduleTexts,
})

function preparedOnce<T extends Readonly<Record<string, string>>>(texts: T): T {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, withHiddenValues(text)])) as T
}

export type Statements = Prepared<typeof statementTexts>

export function prepareStatements(db: Database.Database): Statements {
  return prepare(db, statementTexts, new Set(Object.keys(rawJobTexts)))
}
