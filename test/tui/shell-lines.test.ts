import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandOf, type GroupRetry } from '../../src/tui/model/actions.js'
import { shellLines } from '../../src/tui/text/shell-lines.js'
import { widthOf } from '../../src/views/cut.js'

const group = { task: 'mail.send', folded: '' }
const errors = [
  'Error: # too many connections',
  "don't, it's 日本語 '",
  `TypeError: ${'x'.repeat(190)} $(id) \\ "y"`,
  'E'.repeat(99),
]

test.each(errors)('A shell takes the lines of a command as the command: %s', (error) => {
  const filter = { states: ['failed'], task: group.task, error } as const
  const action: GroupRetry = { kind: 'retry-group', group, filter, ids: ['j1'], others: 0 }
  for (const width of [30, 40, 60, 80, 300]) {
    const lines = shellLines(commandOf(action, ' --store sqlite:x.db'), width, 99)
    if (!error.includes("'")) for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width)
    const script = `offstage() { printf '%s\\n' "$@"; }\n${lines.join('\n')}`
    const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
    expect(words.trimEnd().split('\n')).toEqual([
      'jobs',
      'retry',
      '--task',
      'mail.send',
      '--error',
      error,
      '--store',
      'sqlite:x.db',
    ])
  }
})

test('What is longer than the room ends with an ellipsis.', () => {
  const lines = shellLines(commandOf({ kind: 'retry', ids: Array.from({ length: 100 }, (_, n) => `j${n}`) }), 40, 3)
  expect(lines).toHaveLength(3)
  expect(lines[2]).toMatch(/…$/)
})
