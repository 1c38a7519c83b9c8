import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { assertEnqueued, assertNotEnqueued, createTestEngine, type TestEngine } from 'offstage/testing'
import { signUps } from './app.ts'
import { digest, outbox, welcome } from './tasks.ts'

let engine: TestEngine<{ welcome: typeof welcome; digest: typeof digest }>

beforeEach(async () => {
  outbox.length = 0
  engine = await createTestEngine({ tasks: { welcome, digest } })
})
afterEach(() => engine.close())

test('An endpoint enqueues what it should, and the jobs do what they should.', async () => {
  await signUps(engine).inject({ method: 'POST', url: '/users', body: { email: 'ada@example.com' } })
  assertEnqueued(engine, welcome, ['ada@example.com'])
  assertEnqueued(engine, 'digest', [{ to: 'ada@example.com' }], { state: 'scheduled' })
  assertNotEnqueued(engine, welcome, ['grace@example.com'])
  await engine.drain()
  assert.deepEqual(outbox, ['welcome ada@example.com'])
  assert.equal(engine.jobsFor(welcome)[0]?.state, 'completed')
})
