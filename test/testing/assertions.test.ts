import { AssertionError } from 'node:assert'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { UsageError } from '../../src/domain/errors.js'
import { currentJob } from '../../src/engine/current-job.js'
import { assertEnqueued, assertNotEnqueued } from '../../src/testing/assertions.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'
import { withCurrentJob } from '../../src/testing/with-current-job.js'
import '../../src/testing/vitest.js'

const send = (_to: string, _options?: { at?: Date; urgent?: boolean | undefined; list?: number[] }) => {}

async function engine() {
  const made = await createTestEngine({ tasks: { 'mail.send': send, other: () => 1 }, now: '2026-01-05T00:00:00Z' })
  onTestFinished(() => made.close())
  return made
}

/** What the assertion says; null if it holds. */
function said(assertion: () => void): string | null {
  try {
    assertion()
    return null
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AssertionError)
    return (thrown as Error).message
  }
}

describe('arguments', () => {
  test('They are compared as a job stores them.', async () => {
    const made = await engine()
    const at = new Date('2026-02-01')
    await made.enqueue(send, ['ada', { at, urgent: undefined, list: [1, -0] }])
    assertEnqueued(made, send, ['ada', { at, list: [1, 0] }])
    assertEnqueued(made, 'mail.send', ['ada', expect.objectContaining({ at: '2026-02-01T00:00:00.000Z' })])
    assertEnqueued(made, send, undefined, { state: 'queued', createdAt: new Date('2026-01-05T00:00:00Z') })
    assertNotEnqueued(made, send, ['ada'])
    assertNotEnqueued(made, send, ['ada', { at, list: [1] }])
    assertNotEnqueued(made, send, ['ada', { at, list: [1, 0], urgent: false }])
    assertNotEnqueued(made, send, undefined, { queue: 'mail' })
    assertNotEnqueued(made, 'other')
  })

  test('Matchers of vitest stand at any depth.', async () => {
    const made = await engine()
    await made.enqueue(send, ['ada', { list: [1, 2] }])
    expect(made).toHaveEnqueued('mail.send', [expect.any(String), { list: [1, expect.any(Number)] }])
    expect(made).not.toHaveEnqueued(send, [expect.any(Number), expect.anything()])
    expect(made).not.toHaveCompleted(send)
    await made.drain()
    expect(made).toHaveCompleted(send, ['ada', expect.anything()])
    expect(made).not.toHaveFailed(send)
  })
})

describe('what they say', () => {
  test('They list at most twenty jobs, those of the task first, and cut long ones.', async () => {
    const made = await engine()
    await made.enqueue('other', [])
    for (let n = 0; n < 25; n++) await made.enqueue(send, [`${n}${'x'.repeat(500)}`])
    const lines = said(() => assertEnqueued(made, send, ['ada']))?.split('\n') ?? []
    expect(lines[0]).toBe('expected a job of mail.send with the arguments ["ada"], but there are only:')
    expect(lines[1]).toMatch(/^ {2}j2 mail\.send \["0x+…$/)
    expect(lines.at(-1)).toBe('  and 6 more')
    expect(lines.length).toBe(22)
  })

  test('A retry and a time limit are shown.', async () => {
    const made = await createTestEngine({
      tasks: {
        flaky: () => {
          throw new Error('no\nline')
        },
      },
    })
    onTestFinished(() => made.close())
    await made.enqueue('flaky', [])
    await made.drain()
    expect(said(() => assertNotEnqueued(made, 'flaky'))).toBe(
      'expected no job of flaky, but there is:\n  j1 flaky [] scheduled, due in 1s, after 1 failed attempt: Error: no\\nline',
    )
  })

  test('A task that the engine does not have is a mistake of the test.', async () => {
    const made = await engine()
    const wrong = () => assertEnqueued(made, () => {})
    expect(wrong).toThrow('the engine has no task')
  })
})

describe('mistakes of a test are refused, also where no such job is expected:', () => {
  type Call = (made: never, ...given: never[]) => void
  const calls: readonly [name: string, call: Call][] = [
    ['assertEnqueued', assertEnqueued as Call],
    ['assertNotEnqueued', assertNotEnqueued as Call],
    ['toHaveEnqueued', (made, ...given) => expect(made).not.toHaveEnqueued(...(given as unknown as [never]))],
    ['toHaveCompleted', (made, ...given) => expect(made).not.toHaveCompleted(...(given as unknown as [never]))],
    ['toHaveFailed', (made, ...given) => expect(made).not.toHaveFailed(...(given as unknown as [never]))],
  ]
  test.each(calls)('%s', async (name, call) => {
    const made = await engine()
    const refusal = (...given: unknown[]) => {
      try {
        call(...(given as [never]))
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(UsageError)
        return (thrown as Error).message
      }
      return null
    }
    expect(refusal(made, 'other', 'x')).toBe(`${name}(): "x" is no list of arguments`)
    expect(refusal(made, 'other', { 0: 'x' })).toContain('an object is no list of arguments')
    expect(refusal('other', made)).toContain('"other" is no engine of createTestEngine()')
    expect(refusal(made, undefined)).toContain('undefined is neither the name of a task nor its function')
    expect(refusal(made, 'unknown')).toContain('the engine has no task "unknown"')
    expect(refusal(made, 'other', [], { prio: 4 })).toMatch(
      name === 'toHaveFailed' ? 'an object is no text of an error' : 'there is no option "prio"',
    )
    expect(refusal(made, 'other', [], null)).toContain(name)
    // All but the first expect that there is no such job.
    if (name !== 'assertEnqueued') expect(refusal(made, 'other', expect.arrayContaining(['x']))).toBe(null)
  })

  test('A field that a job in withCurrentJob() cannot have.', () => {
    const wrong = { foo: 1 } as object
    expect(() => withCurrentJob(wrong, () => 1)).toThrow('withCurrentJob(): there is no option "foo"')
  })
})

test('toHaveFailed() shows the text or the pattern that it looks for, and each job once.', async () => {
  const made = await engine()
  await made.enqueue(send, ['ada'])
  const failing = (error: string | RegExp) => () => expect(made).toHaveFailed(send, ['ada'], error)
  const line = (error: string) =>
    `expected a job of mail.send with the arguments ["ada"] with state "failed", error ${error}, but there are only:\n  j1 mail.send ["ada"] queued`
  expect(failing('no route')).toThrow(expect.objectContaining({ message: line('"no route"') }))
  expect(failing(/no route/)).toThrow(expect.objectContaining({ message: line('/no route/') }))
})

describe('a job for a function that is called', () => {
  test('currentJob() has what the test says, in callbacks too.', async () => {
    const log = vi.fn()
    const seen = await withCurrentJob({ attempt: 3, log }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      currentJob().log('half')
      currentJob().progress(0.5)
      return [currentJob().attempt, currentJob().id, currentJob().signal.aborted]
    })
    expect(seen).toEqual([3, 'j1', false])
    expect(log).toHaveBeenCalledExactlyOnceWith('half')
    expect(() => currentJob()).toThrow('outside a job')
  })
})
