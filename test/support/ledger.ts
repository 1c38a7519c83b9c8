import type { CliProject } from './cli.js'

/** A task that writes down each start and each end of its jobs, from inside, and takes `waitMs` between them. */
export const ledgerTask = `import { openSync, writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
const ledger = openSync('ledger.txt', 'a') // O_APPEND: lines of all processes come out whole
const note = (what) => {
  const { id, attempt } = currentJob()
  writeSync(ledger, [what, id, attempt, process.pid, process.ppid].join(' ') + '\\n')
}
export default async function work(waitMs) {
  note('S')
  await setTimeout(waitMs)
  note('E')
  return currentJob().attempt
}
`

export interface LedgerLine {
  readonly what: 'S' | 'E'
  readonly id: string
  readonly attempt: number
  readonly process: number
  readonly worker: number
}

export function readLedger(project: CliProject): readonly LedgerLine[] {
  return project.lines('ledger.txt').map((line) => {
    const [what, id = '', ...numbers] = line.split(' ')
    const [attempt = 0, process = 0, worker = 0] = numbers.map(Number)
    return { what: what === 'S' ? 'S' : 'E', id, attempt, process, worker }
  })
}

/** Numbers from 0 up to 1 that a seed decides. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
