import { expect, test } from 'vitest'
import { type Entry, outputEvent, remark } from '../../../src/cli/log/entry.js'
import { journalLine, jsonLine, terminalLine, timedLine } from '../../../src/cli/log/line-formats.js'

const now = Date.UTC(2030, 0, 1)
const ended: Entry = {
  level: 'error',
  event: 'job.ended',
  text: 'j1 hello failed',
  facts: { job: 'j1', outcome: 'failed' },
}
const plain = { width: 80, hasColours: false, hasUnicode: true }

test('A line in a file has its time and level, one for the journal the number of its level, one on a terminal neither.', () => {
  expect(timedLine(ended, now)).toBe('2030-01-01T00:00:00.000Z error   j1 hello failed\n')
  expect(journalLine(ended, now)).toBe('<3>j1 hello failed\n')
  expect(journalLine(remark('warns', 'warning'), now)).toBe('<4>warns\n')
  expect(journalLine(remark('tells'), now)).toBe('<6>tells\n')
  expect(terminalLine(plain)(ended, now)).toBe('j1 hello failed\n')
  expect(terminalLine({ ...plain, hasColours: true })(ended, now)).toBe('\u001b[31mj1 hello failed\u001b[39m\n')
})

test('A line for programs is one JSON object with all facts.', () => {
  const line = jsonLine(ended, now)
  expect(line).toMatch(/^[^\n]*\n$/)
  expect(JSON.parse(line)).toEqual({
    time: '2030-01-01T00:00:00.000Z',
    level: 'error',
    event: 'job.ended',
    message: 'j1 hello failed',
    job: 'j1',
    outcome: 'failed',
  })
})

test('No text becomes a second line, moves the cursor or passes for a level of the journal.', () => {
  const hostile = remark('a\n<0>b\u001b[2J\rc\u202e')
  for (const format of [timedLine, journalLine, terminalLine(plain)]) {
    expect(format(hostile, now)).toMatch(/a\\n<0>b\\x1b\[2J\\x0dc\\u202e\n$/)
  }
  const json = jsonLine(hostile, now)
  for (const character of ['\u001b', '\u202e', '\r']) expect(json).not.toContain(character)
  expect(json.indexOf('\n')).toBe(json.length - 1)
})

test('What a task prints keeps its colours, which end with the line; the journal gets none.', () => {
  const output: Entry = { level: 'info', event: outputEvent, text: 'j1 | \u001b[32mgreen', facts: {} }
  expect(timedLine(output, now)).toContain('j1 | \u001b[32mgreen\u001b[0m\n')
  expect(journalLine(output, now)).toBe('<6>j1 | green\n')
})
