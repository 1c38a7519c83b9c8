import { expect, test } from 'vitest'
import { RetryPolicy, task } from '../../src/index.js'
import { ended, newEngine } from '../support/engines.js'

class ConnectionError extends Error {}
class ValidationError extends Error {}

test('A job is retried after a connection error and not after a validation error, if its policy says so.', async () => {
  const connects = new RetryPolicy({ maxRetries: 2, initialDelay: 0, retryOn: [ConnectionError] })
  const engine = await newEngine({
    robust: task({ retry: connects }, (kind: string) => {
      throw kind === 'connection' ? new ConnectionError('no route') : new ValidationError('no name')
    }),
    careful: task({ retry: { maxRetries: 2, initialDelay: 0, dontRetryOn: [ValidationError] } }, (kind: string) => {
      throw kind === 'connection' ? new ConnectionError('no route') : new ValidationError('no name')
    }),
  })
  await engine.startWorker({ inline: true })
  for (const name of ['robust', 'careful'] as const) {
    const connection = await ended(engine, await engine.enqueue(name, ['connection']))
    expect(connection).toMatchObject({ state: 'failed', failures: 3, error: { message: 'no route' } })
    const validation = await ended(engine, await engine.enqueue(name, ['validation']))
    expect(validation).toMatchObject({ state: 'failed', failures: 1, error: { message: 'no name' } })
  }
})
