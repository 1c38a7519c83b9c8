import { messageWithHint } from '../domain/errors.js'
import { EngineEmitter } from '../engine/events.js'
import { warn } from './warn.js'

/** Warns as Node does, on stderr or to listeners of `warning`: nobody awaits a mover. An outage is told of once. */
export function warningEvents(): EngineEmitter {
  const events = new EngineEmitter()
  let outage: string | null = null
  events.on('outbox.setAside', ({ file, token, why }) => {
    warn(`outbox ${file}: the row ${token} cannot become a job, and is set aside: ${why}`)
  })
  events.on('job.enqueued', () => {
    outage = null
  })
  events.on('store.unavailable', ({ error }) => {
    const message = messageWithHint(error)
    if (message !== outage) warn(message)
    outage = message
  })
  events.on('service.failed', ({ service, error }) => warn(`the ${service} has ended: ${messageWithHint(error)}`))
  return events
}
