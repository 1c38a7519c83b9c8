import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/domain/errors.js'
import { warningEvents } from '../../src/embedded/outbox-warnings.js'

test('Two outboxes that are away at once are warned of once each, however often they are tried.', async () => {
  const warnings: string[] = []
  const listen = ({ message }: Error) => void warnings.push(message)
  process.on('warning', listen)
  const outboxes = ['a', 'b'].map((name) => ({ name, events: warningEvents() }))
  for (let turn = 0; turn < 3; turn++) {
    for (const { name, events } of outboxes) {
      events.emit('store.unavailable', {
        error: new StoreUnavailableError('E_OUTBOX_UNAVAILABLE', `outbox ${name}: locked`),
      })
    }
  }
  outboxes[0]?.events.emit('outbox.failed', { file: 'a', error: new Error('odd') })
  await new Promise((resolve) => setImmediate(resolve)) // warnings are emitted later
  process.off('warning', listen)
  expect(warnings).toEqual([
    'outbox a: locked',
    'outbox b: locked',
    'outbox a: its rows stay where they are, and are tried again each minute: odd',
  ])
})
