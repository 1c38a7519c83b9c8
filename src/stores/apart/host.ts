import type { Order } from './messages.js'
import { type Opener, serve } from './serve.js'

/** Serves the process that started this one, and ends with it. */
export function serveHost(openers: Readonly<Record<string, Opener>>): void {
  const closeAll = serve(openers, {
    send: (answers) => {
      if (process.connected) process.send?.(answers, undefined, {}, () => {}) // it may be gone by now
    },
    onOrders: (received) => void process.on('message', (orders) => received(orders as readonly Order[])),
  })
  // What it was asked is committed or refused first.
  process.once('disconnect', () => void closeAll().finally(() => process.exit()))
}
