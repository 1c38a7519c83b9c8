import { randomUUID } from 'node:crypto'
import { bodyOf, type CeleryCall, headersOf } from './message.js'

/** Priorities have a list each, by these steps; 0 goes first. */
export const prioritySteps = [0, 3, 6, 9] as const

/** The list of a queue and a priority from 0, the first, to 9. */
export function queueKey(queue: string, priority: number, steps: readonly number[] = prioritySteps): string {
  const step = steps.findLast((step) => step <= priority) ?? 0
  return step === 0 ? queue : `${queue}\x06\x16${step}`
}

/**
 * The message as a worker on Redis takes it from its list. It dies of one without a content type, a delivery tag, or the place it
 * was delivered to; the tag must be unlike all others.
 */
export function envelopeOf(call: CeleryCall, queue: string, priority: number): string {
  return JSON.stringify({
    body: Buffer.from(bodyOf(call)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: headersOf(call),
    properties: {
      correlation_id: call.id,
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      priority,
      body_encoding: 'base64',
      delivery_tag: randomUUID(),
    },
  })
}
