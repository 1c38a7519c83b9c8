import { appendFileSync, mkdirSync } from 'node:fs'
import { currentJob, task } from 'offstage'

const hourMs = 60 * 60_000

/** Sums up the hour that has ended. The slot says which one that is, also when it runs late. */
export const update = task({ schedule: { cron: '0 * * * *', tz: 'UTC', catchUp: 'all' } }, () => {
  const end = currentJob().slot ?? new Date()
  const line = { from: new Date(end.getTime() - hourMs).toISOString(), to: end.toISOString() }
  mkdirSync('data', { recursive: true })
  appendFileSync('data/analytics.jsonl', `${JSON.stringify(line)}\n`)
  return line
})
