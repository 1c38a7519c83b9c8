import { statfsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import Database from 'better-sqlite3'
import { postgresVersion } from './systems/postgres-server.js'
import { redisVersion } from './systems/redis-server.js'

/** What the figures depend on. */
export interface Machine {
  readonly node: string
  readonly sqlite: string
  /** null: not installed. */
  readonly redis: string | null
  readonly postgres: string | null
  readonly cores: number
  readonly cpuModel: string
  /** Of the minute before: what others did on the cores that the measurements need. */
  readonly loadBefore: number
  readonly platform: string
  readonly date: string
  readonly durability: 'full'
  /** Whether the stores were in memory, where a commit waits for no disk. */
  readonly folderInMemory: boolean
}

const tmpfsMagic = 0x01021994

export function machineFacts(folder: string): Machine {
  const db = new Database(':memory:')
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get() as string
  db.close()
  return {
    node: process.version,
    sqlite,
    redis: redisVersion(),
    postgres: postgresVersion(),
    cores: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    loadBefore: loadavg()[0] ?? 0,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString(),
    durability: 'full',
    folderInMemory: process.platform === 'linux' && statfsSync(folder).type === tmpfsMagic,
  }
}
