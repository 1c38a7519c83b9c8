import { UsageError } from './errors.js'
import { queueName } from './names.js'

/** A queue, and its part of what a worker takes. */
export interface QueueShare {
  readonly name: string
  /**
   * 1 to 1,000: of two queues that both have jobs, one of weight 5 is served five times as often as one of weight 1.
   */
  readonly weight: number
}

/** Which queues a worker serves, and how. null: all of them, evenly. */
export type QueueChoice = null | {
  readonly shares: readonly QueueShare[]
  /** Whether a queue is served only while all those before it are empty, whatever the weights. */
  readonly strict: boolean
}

/** The names of the queues; null for all. */
export function queueNames(choice: QueueChoice): readonly string[] | null {
  return choice === null ? null : choice.shares.map(({ name }) => name)
}

/** Reads `high:5,low` (a weight is 1 unless said). Throws UsageError; `option` names the place where it was written. */
export function parseQueueShares(text: string, option: string): readonly QueueShare[] {
  const shares = text.split(',').map((part) => {
    const [name = '', weight = '1', ...more] = part.trim().split(':')
    if (more.length > 0 || !/^[1-9]\d{0,3}$/.test(weight) || Number(weight) > 1_000) {
      const what = `${option}: ${JSON.stringify(part.trim())} is no queue with a weight`
      throw new UsageError('E_QUEUES', what, 'write NAME or NAME:WEIGHT, the weight a whole number from 1 to 1000')
    }
    return { name: namedQueue(name, option), weight: Number(weight) }
  })
  refuseTwins(shares, option)
  return shares
}

function namedQueue(name: string, option: string): string {
  try {
    return queueName(name)
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    throw new UsageError('E_QUEUE_NAME', `${option}: ${thrown.message}`, thrown.hint)
  }
}

/** Throws UsageError if two shares are of one queue. */
export function refuseTwins(shares: readonly QueueShare[], option: string): void {
  const twice = shares.find(({ name }, index) => shares.findIndex((other) => other.name === name) < index)
  if (twice !== undefined) throw new UsageError('E_QUEUES', `${option}: the queue ${twice.name} is named twice`)
}
