import { describe, expect, test } from 'vitest'
import { holds, parseAssertion } from '../../src/domain/assertion.js'

const parsed = (text: string) => parseAssertion(text, '--assert')
const refusal = (text: string): readonly unknown[] => {
  try {
    parsed(text)
  } catch (thrown) {
    return thrown instanceof Error && 'hint' in thrown ? [thrown.message, thrown.hint] : [thrown]
  }
  throw new Error(`${text} was read`)
}

describe('paths', () => {
  test('Fields of queues, whose names may have dots, and of health.', () => {
    expect(parsed('queue.mail.queued < 100')).toEqual({
      text: 'queue.mail.queued < 100',
      measure: { kind: 'queue', queue: 'mail', field: 'queued' },
      operator: '<',
      number: 100,
    })
    expect(parsed('queue.mail.out-1.latencyMs<=0').measure).toEqual({
      kind: 'queue',
      queue: 'mail.out-1',
      field: 'latencyMs',
    })
    expect(parsed(' health.failureRate  >  0.05 ')).toMatchObject({
      text: 'health.failureRate  >  0.05',
      measure: { kind: 'health', field: 'failureRate' },
      number: 0.05,
    })
  })

  test('Counts of what ended, with labels or without.', () => {
    const all = { kind: 'count', sinceMs: null, task: null, queue: null }
    expect(parsed('failed == 0').measure).toEqual({ ...all, field: 'failed' })
    expect(parsed('failed{} == 0').measure).toEqual({ ...all, field: 'failed' })
    expect(parsed('completed{since=5m,task=billing.invoice.close} >= 1').measure).toEqual({
      ...all,
      field: 'completed',
      sinceMs: 300_000,
      task: 'billing.invoice.close',
    })
    expect(parsed('retried{ queue = "mail" , since="1h" } != -1')).toMatchObject({
      measure: { ...all, field: 'retried', queue: 'mail', sinceMs: 3_600_000 },
      operator: '!=',
      number: -1,
    })
  })
})

test.each([
  ['<', [true, false, false]],
  ['<=', [true, true, false]],
  ['==', [false, true, false]],
  ['!=', [true, false, true]],
  ['>=', [false, true, true]],
  ['>', [false, false, true]],
])('%s compares.', (operator, expected) => {
  const assertion = parsed(`failed ${operator} 2`)
  expect([1, 2, 3].map((value) => holds(assertion, value))).toEqual(expected)
})

describe('mistakes are refused, with their place', () => {
  test.each([
    ['', 1, 'there is nothing to compare'],
    ['< 5', 1, 'there is nothing to compare'],
    ['failed', 7, 'there is no comparison'],
    ['failed = 0', 8, 'there is no comparison'],
    ['failed ==', 10, 'there is no number'],
    ['failed == 5m', 10, '"5m" is no number'],
    ['failed == 0 0', 10, '"0 0" is no number'],
    ['failed == 1e3', 10, '"1e3" is no number'],
    ['jobs.failed == 0', 1, 'there is no "jobs.failed"'],
    ['queue.queued == 0', 13, 'a queue is written as queue.NAME.FIELD'],
    ['queue.mail.quued == 0', 12, 'a queue has no field "quued"'],
    ['queue.-.queued == 0', 7, '"-" is no queue name'],
    ['queue.__proto__.constructor == 0', 17, 'a queue has no field "constructor"'],
    ['health.toString == 0', 8, 'health has no field "toString"'],
    ['health.failureRate{since=5m} == 0', 19, 'health.failureRate takes no labels'],
    ['failed{since=5m == 0', 21, 'a "}" is missing'],
    ['failed{since=soon} == 0', 8, 'since: "soon" is not a duration'],
    ['failed{since=5m,tsak=a} == 0', 17, 'there is no label "tsak"'],
    ['failed{task=} == 0', 8, '"" is no name of a task'],
    ['failed{since=5m,since=1h} == 0', 17, 'since is given twice'],
    ['failed{since=0} == 0', 8, 'since: "0" looks back at nothing'],
  ])('%j', (text, place, what) => {
    expect(refusal(text)[0]).toBe(`--assert ${JSON.stringify(text)}, at ${place}: ${what}`)
  })

  test('The hint has what was probably meant.', () => {
    expect(refusal('queue.mail.quued == 0')).toEqual([
      expect.anything(),
      expect.stringMatching(/^did you mean queued\? there are scheduled, /),
    ])
  })
})
