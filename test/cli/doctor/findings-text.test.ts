import { expect, test } from 'vitest'
import type { Finding } from '../../../src/app/doctor/finding.js'
import { findingsText } from '../../../src/cli/doctor/findings-text.js'

const fault = (number: number): Finding => ({ check: 'tasks', status: 'problem', message: `${number}`, fix: 'mend it' })

test('Many findings of one check hide no other check.', () => {
  const clock: Finding = { check: 'clock', status: 'warning', message: 'slow', fix: null }
  const lines = findingsText([...Array.from({ length: 25 }, (_, index) => fault(index)), clock]).split('\n')
  expect(lines).toHaveLength(2 * 10 + 1 + 1 + 1)
  expect(lines.slice(-3)).toEqual([
    '           and 15 more: --json has all',
    expect.stringMatching(/^. clock {4}slow$/),
    '25 problems, 1 warning',
  ])
})

test('A finding is a line that cannot drive the terminal, with its fix in a second one.', () => {
  const hostile: Finding = { check: 'config', status: 'problem', message: '\u001b[2Ja\nb', fix: 'x\u0007y' }
  expect(findingsText([hostile])).toMatch(/^. config {3}\\x1b\[2Ja\\nb\n {11}x\\x07y\n1 problem$/)
})
