import { appendFile, cp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackgroundScheduler } from 'offstage'

const dayMs = 24 * 60 * 60_000

/** What the shop does again and again, from its start on. All times are those of `now`. */
export function addHousekeeping(
  scheduler: Pick<BackgroundScheduler, 'addRecurringTask'>,
  folder: string,
  now: () => number,
): void {
  const logs = join(folder, 'logs')

  /** Removes logs older than thirty days. */
  async function cleanUpOldLogs(): Promise<void> {
    await mkdir(logs, { recursive: true })
    for (const name of await readdir(logs)) {
      const file = join(logs, name)
      if ((await stat(file)).mtimeMs < now() - 30 * dayMs) await rm(file)
    }
  }

  async function updateHourlyAnalytics(): Promise<void> {
    await mkdir(folder, { recursive: true })
    await appendFile(join(folder, 'analytics.jsonl'), `${JSON.stringify({ at: new Date(now()) })}\n`)
  }

  async function createBackup(): Promise<void> {
    await mkdir(logs, { recursive: true })
    await cp(logs, join(folder, 'backups', new Date(now()).toISOString().slice(0, 10)), { recursive: true })
  }

  scheduler.addRecurringTask(cleanUpOldLogs, { interval: '1d', startTime: '02:00' })
  scheduler.addRecurringTask(updateHourlyAnalytics, '1h')
  scheduler.addRecurringTask(createBackup, { interval: '1w', startTime: '03:00' })
}
