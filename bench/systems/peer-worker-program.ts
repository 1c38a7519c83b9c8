import { recordWait } from './peer.js'
import { peers } from './peers.js'

// A process of its own: a worker of the named peer, which does what the benchmark orders.

/** How many jobs to drain, or to take jobs as they come. */
export type Order = number | 'serve'
/** That it is there or takes jobs; or the milliseconds of a drain. */
export type Answer = 'ready' | number

const [id, address = '', concurrency] = process.argv.slice(2)
const peer = peers.find((candidate) => candidate.id === id)
if (peer === undefined) throw new Error(`no peer ${id}`)

process.on('message', async (order: Order) => {
  if (order !== 'serve') return answer(await peer.drain(address, Number(concurrency), order))
  await peer.serve?.(address, Number(concurrency), recordWait)
  answer('ready')
})
// A benchmark that was killed leaves no worker behind.
process.on('disconnect', () => process.exit())
answer('ready')

function answer(message: Answer): void {
  process.send?.(message)
}
