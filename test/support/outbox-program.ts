import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import type { CliProject } from './cli.js'
import { jobsOf } from './store.js'

const packageRoot = join(import.meta.dirname, '../..')
const urlOf = (file: string) => JSON.stringify(pathToFileURL(join(packageRoot, file)).href)

/**
 * An application, as `node app.mjs DRIVER TRANSACTIONS`: each transaction stores an order and enqueues a job with its number;
 * every fourth is rolled back, whose job would have a number below zero. Then it waits until its outbox is empty.
 */
const program = `
import { createEngine } from ${urlOf('dist/src/index.js')}
import BetterSqlite from ${urlOf('node_modules/better-sqlite3/lib/index.js')}
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

const [driver, transactions, mode] = process.argv.slice(2)
const db = driver === 'better-sqlite3' ? new BetterSqlite('app.db') : new DatabaseSync('app.db', { timeout: 5_000 })
db.exec(\`PRAGMA journal_mode = \${mode}; CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)\`)
const engine = await createEngine({ store: process.env.OFFSTAGE_STORE ?? 'sqlite:.offstage/jobs.db', tasks: { work: (order) => order }, outbox: 'app.db' })
for (let n = 1; n <= Number(transactions); n++) {
  db.exec('BEGIN IMMEDIATE; INSERT INTO orders DEFAULT VALUES')
  const { id } = db.prepare('SELECT max(id) AS id FROM orders').get()
  engine.enqueueIn(db, 'work', [n % 4 === 0 ? -id : id])
  db.exec(n % 4 === 0 ? 'ROLLBACK' : 'COMMIT')
  if (n % 3 === 0) await setTimeout(n % 7)
}
const hasTable = () => db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'offstage_outbox'").get() !== undefined
const rows = () => (hasTable() ? db.prepare('SELECT count(*) AS rows FROM offstage_outbox').get().rows : 0)
while (rows() > 0) await setTimeout(5)
await engine.close()
db.close()
`

export type OutboxDriver = 'better-sqlite3' | 'node:sqlite'

/** Adds the application to a project; answers the command that starts it. */
export function outboxProgram(project: CliProject, mode: 'wal' | 'delete') {
  const file = project.write('app.mjs', program)
  return (driver: OutboxDriver, transactions: number) =>
    `cd '${project.root}' && exec node '${file}' ${driver} ${transactions} ${mode}`
}

/** The numbers of the orders that were committed, the rows that are left, and the arguments of the jobs. */
export async function ordersAndJobs(project: CliProject) {
  const app = new Database(project.path('app.db'), { readonly: true })
  try {
    const orders = app.prepare('SELECT id FROM orders ORDER BY id').pluck().all() as number[]
    const left = app.prepare('SELECT job FROM offstage_outbox').pluck().all() as string[]
    const jobs = (await jobsOf(project)).map(({ args }) => args[0] as number).sort((a, b) => a - b)
    return { orders, left, jobs }
  } finally {
    app.close()
  }
}
