import { monitorEventLoopDelay } from 'node:perf_hooks'
import { makeJob, plainTaskDefaults } from '../../src/domain/request.js'
import { systemClock } from '../../src/engine/clock.js'
import { defaultStoreUrl, openStore, parseStoreUrl } from '../../src/open.js'

/** What a producer tells when it is done. */
export interface ProducerReport {
  /** Acknowledged, each of them. */
  readonly ids: readonly string[]
  /** The longest time for which its event loop was not free. */
  readonly maxBlockMs: number
  /** The longest wait for one acknowledgement. */
  readonly slowestMs: number
}

// As a program that uses the library: enqueues one job after the other, several at a time, and goes on for a while.
const [, , root = '', task = '', forMs = '0', inFlight = '1'] = process.argv
const store = await openStore(parseStoreUrl(process.env.OFFSTAGE_STORE ?? defaultStoreUrl, root), systemClock)
const delay = monitorEventLoopDelay({ resolution: 1 })
const ids: string[] = []
let slowestMs = 0

async function produceUntil(end: number): Promise<void> {
  for (let begun = performance.now(); begun < end; begun = performance.now()) {
    const [answer] = await store.enqueue([makeJob(task, plainTaskDefaults, '[0]', {}, systemClock.now())])
    if (answer?.answer !== 'created') throw new Error(`answered ${JSON.stringify(answer)}`)
    ids.push(answer.id)
    slowestMs = Math.max(slowestMs, performance.now() - begun)
  }
}

delay.enable()
const end = performance.now() + Number(forMs)
await Promise.all(Array.from({ length: Number(inFlight) }, () => produceUntil(end)))
delay.disable()
await store.close()
const report: ProducerReport = { ids, maxBlockMs: delay.max / 1e6, slowestMs }
process.stdout.write(JSON.stringify(report))
