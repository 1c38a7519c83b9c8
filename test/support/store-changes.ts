import { execFileSync } from 'node:child_process'
import Database from 'better-sqlite3'
import type { CliProject } from './cli.js'
import { isOnRedis, storeUrlOf } from './tested-store.js'

// What only time could do otherwise, done behind the back of the program.

/** Every lease is over. */
export function endLeases(project: CliProject): void {
  if (isOnRedis)
    redis(
      project,
      "for _, w in ipairs(redis.call('ZRANGE', O .. 'leases', 0, -1)) do redis.call('ZADD', O .. 'leases', 0, w) end",
    )
  else sql(project, 'UPDATE workers SET lease_until = 0')
}

/** No scheduler was ever there. */
export function forgetScheduler(project: CliProject): void {
  if (isOnRedis) redis(project, "redis.call('DEL', O .. 'schedules:seen')")
  else sql(project, 'UPDATE scheduling SET seen_at = NULL')
}

/** `O`: what our keys of the project begin with. */
function redis(project: CliProject, script: string): void {
  const { host, searchParams } = new URL(storeUrlOf(project))
  const args = ['-u', `redis://${host}`, 'EVAL', `local O = KEYS[1]; ${script}`, '1', `${searchParams.get('prefix')}::`]
  execFileSync('redis-cli', args, { stdio: 'ignore' })
}

function sql(project: CliProject, statement: string): void {
  const db = new Database(project.path('.offstage/jobs.db'))
  db.exec(statement)
  db.close()
}
