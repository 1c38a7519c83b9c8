import { expect, test } from 'vitest'
import { OutputLog } from '../../../src/engine/attempts/output-log.js'
import { EngineEmitter } from '../../../src/engine/events.js'
import type { Addition } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { runningAttempt } from '../../support/attempts.js'

/** The log of a worker that runs one job. */
function logging(append: () => Promise<readonly 'appended'[]> = async () => []) {
  const clock = movableClock()
  const from = clock.now()
  const attempt = runningAttempt({ argsJson: '[{"token":"hunter2"}]' })
  const stored: [text: string, number][] = []
  const store = {
    append(additions: readonly Addition[]) {
      const lines = additions.flatMap(({ output }) => output.map(({ text }) => text))
      stored.push([lines.join(' '), clock.now() - from])
      return append()
    },
  }
  const events = new EngineEmitter()
  const shown: string[] = []
  events.on('task.output', ({ text }) => shown.push(text))
  const log = new OutputLog(store, clock, events, [], (id) => (id === 'j1' ? attempt : undefined))
  const print = (text: string) => log.output({ id: 'j1', attempt: 1, stream: 'stdout', text, at: clock.now() })
  return { clock, events, attempt, stored, shown, log, print }
}

test('What is printed within fifty milliseconds is stored together.', async () => {
  const { clock, print, stored } = logging()
  print('a\n')
  await clock.advance(49)
  print('b\n')
  expect(stored).toEqual([])
  await clock.advance(1)
  print('c\n')
  await clock.advance(1_000)
  expect(stored).toEqual([
    ['a b', 50],
    ['c', 100],
  ])
})

test('The end of an attempt stores the rest at once, and leaves nothing to store later.', async () => {
  const { clock, print, stored, log, attempt } = logging()
  print('a\nwithout an end')
  log.end([attempt])
  expect(stored).toEqual([['a without an end', 0]])
  await clock.advance(1_000)
  expect(stored).toHaveLength(1)
})

test('A secret of the arguments is hidden, also in what is printed after the end.', async () => {
  const { print, shown, log, attempt } = logging()
  print('it is hunter2\n')
  log.end([attempt])
  print('it was hunter2\n')
  expect(shown.join('')).not.toContain('hunter2')
  expect(shown).toHaveLength(2)
})

test('What is printed after the end is not stored, also while the end waits to be stored, and its secrets are hidden.', async () => {
  const { clock, print, shown, stored, attempt } = logging()
  attempt.hasEnded = true
  print('it was hunter2\n')
  await clock.advance(1_000)
  expect(stored).toEqual([])
  expect(shown.join('')).toMatch(/^it was /)
  expect(shown.join('')).not.toContain('hunter2')
})

test('Output that the store refuses is reported and delays nothing.', async () => {
  const { clock, events, print, stored } = logging(() => Promise.reject(new Error('the disk is full')))
  const reports: string[] = []
  events.on('store.unavailable', ({ error }) => reports.push(error.message))
  print('a\n')
  await clock.advance(50)
  print('b\n')
  await clock.advance(50)
  expect(reports).toEqual(['the disk is full', 'the disk is full'])
  expect(stored.map(([text]) => text)).toEqual(['a', 'b'])
})

test('A log that is stopped waits for nothing.', async () => {
  const { clock, print, stored, log } = logging()
  print('a\n')
  log.stop()
  await clock.advance(1_000)
  expect(stored).toEqual([])
})
