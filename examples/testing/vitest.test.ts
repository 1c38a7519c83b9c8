import { createTestEngine, type TestEngine, withCurrentJob } from 'offstage/testing'
import 'offstage/testing/vitest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signUps } from './app.ts'
import { digest, outbox, welcome } from './tasks.ts'

let engine: TestEngine<{ welcome: typeof welcome; digest: typeof digest }>

beforeEach(async () => {
  outbox.length = 0
  engine = await createTestEngine({ tasks: { welcome, digest }, now: '2026-01-05T00:00:00Z' })
})
afterEach(() => engine.close())

test('A task is a function: call it.', async () => {
  await expect(welcome('ada@example.com')).resolves.toBe('ada@example.com')
  await expect(welcome('ada')).rejects.toThrow('no address')
})

test('A task that asks for its job gets one.', async () => {
  await withCurrentJob({ attempt: 2, slot: new Date('2026-01-05T07:00:00Z') }, () => digest({ to: 'team@example.com' }))
  expect(outbox).toEqual(['digest team@example.com 2026-01-05 (attempt 2)'])
})

test('An endpoint enqueues what it should, and the jobs do what they should.', async () => {
  const answer = await signUps(engine).inject({ method: 'POST', url: '/users', body: { email: 'ada@example.com' } })
  expect(answer.statusCode).toBe(201)
  expect(engine).toHaveEnqueued('welcome', ['ada@example.com'])
  expect(engine).toHaveEnqueued(digest, [{ to: expect.stringContaining('@') }], { key: 'week:ada@example.com' })
  expect(outbox).toEqual([])
  await engine.drain()
  expect(engine).toHaveCompleted(welcome)
  expect(outbox).toEqual(['welcome ada@example.com'])
})

test('A week passes in no time.', async () => {
  await signUps(engine).inject({ method: 'POST', url: '/users', body: { email: 'ada@example.com' } })
  await engine.advance('7d')
  expect(outbox).toContain('digest ada@example.com now (attempt 1)')
  expect(outbox.filter((mail) => mail.includes('team@example.com')).length).toBe(7)
})

test('A job that fails is tried again, and then has failed.', async () => {
  await engine.enqueue(welcome, ['nobody'], { retries: 1 })
  await engine.drain()
  expect(engine).not.toHaveFailed(welcome)
  await engine.advance('1m')
  expect(engine).toHaveFailed(welcome, ['nobody'], /no address/)
})
