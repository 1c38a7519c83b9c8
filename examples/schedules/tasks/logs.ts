import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { task } from 'offstage'

const dayMs = 24 * 60 * 60_000

/** Removes what is older than thirty days from the folder `logs`, each night at two. */
export const clean = task(
  { schedule: { cron: '0 2 * * *', tz: 'Europe/Berlin' } },
  (folder: string = 'logs', days: number = 30) => {
    mkdirSync(folder, { recursive: true })
    const old = readdirSync(folder).filter((name) => statSync(join(folder, name)).mtimeMs < Date.now() - days * dayMs)
    for (const name of old) rmSync(join(folder, name))
    console.log(`removed ${old.length} of ${folder}`)
    return { removed: old }
  },
)
