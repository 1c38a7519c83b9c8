import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { ScaledTask } from './scaled-workers.js'

// A worker of plain BullMQ in a process of its own, which takes jobs until it is killed.

const [host = '', port, concurrency, task] = process.argv.slice(2)
const processors: Readonly<Record<ScaledTask, () => Promise<unknown>>> = {
  noop: async () => null,
  wait: () => sleep(50),
}
const connection = new Redis(Number(port), host, { maxRetriesPerRequest: null })
const worker = new Worker('bench', processors[task as ScaledTask], { connection, concurrency: Number(concurrency) })
await worker.waitUntilReady()
// A benchmark that was killed leaves no worker behind.
process.on('disconnect', () => process.exit())
process.send?.('ready')
