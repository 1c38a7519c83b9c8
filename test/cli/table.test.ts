import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Look } from '../../src/cli/look.js'
import { type Cell, type Column, table } from '../../src/cli/table.js'
import { widthOf } from '../../src/views/cut.js'
import { drivesMoreThanColour } from '../support/terminal.js'

const headings = ['NAME', 'N', 'WHEN', 'Notes']
const rows = [
  ['default', '0', '', ' padded '],
  ['mail', '12345', '1h 30m', ''],
  ['', '', '', ''],
  ['a line\nof two', 'a\ttab', 'ends in e', 'e'],
]

test('A table is aligned and has no space at the ends of its lines.', async () => {
  const drawn = await table(
    ['QUEUE', 'RUNNING', 'PAUSED'],
    [
      ['default', '3', ''],
      ['mail', '0', 'paused'],
    ],
  )
  expect(drawn).toBe(['QUEUE    RUNNING  PAUSED', 'default  3', 'mail     0        paused'].join('\n'))
})

test.each([
  ['with rows', rows],
  ['without rows', []],
])('A table %s looks the same whether all of it is ASCII or not.', async (_, ascii) => {
  const accented = (text: string) => text.replaceAll('e', 'é')
  const drawn = await table(
    headings.map(accented),
    ascii.map((row) => row.map(accented)),
  )
  expect(drawn).toBe(accented(await table(headings, ascii)))
})

test('A wide character takes two columns.', async () => {
  const rows = [
    ['日本', 'x'],
    ['ab', 'y'],
  ]
  expect(await table(['A', 'B'], rows)).toBe(['A     B', '日本  x', 'ab    y'].join('\n'))
})

const terminal = (width: number, more: Partial<Look> = {}): Look => ({
  width,
  hasColours: false,
  hasUnicode: true,
  ...more,
})
const columns: readonly Column[] = [
  { heading: 'JOB' },
  { heading: 'TASK', flexible: true },
  { heading: 'QUEUE', optional: true },
  { heading: 'N', align: 'right' },
  { heading: 'NOTE' },
  { heading: 'ERROR', flexible: true },
]
const jobs: readonly (readonly Cell[])[] = [
  ['j1', 'mail.send.newsletter', 'default', '12', '', 'Error: too many connections from this address'],
  ['j2', 'images', 'mail', '3', '-', { full: '2026-11-28T10:00:00.000Z', short: '2m ago' }],
]

test('A table fits the width of the terminal: long cells are cut, then optional columns go.', async () => {
  expect(await table(columns, jobs, terminal(120))).toBe(
    [
      'JOB  TASK                  QUEUE     N  ERROR',
      'j1   mail.send.newsletter  default  12  Error: too many connections from this address',
      'j2   images                mail      3  2m ago',
    ].join('\n'),
  )
  expect(await table(columns, jobs, terminal(60))).toBe(
    [
      'JOB  TASK                  QUEUE     N  ERROR',
      'j1   mail.send.newsletter  default  12  Error: too many con…',
      'j2   images                mail      3  2m ago',
    ].join('\n'),
  )
  expect(await table(columns, jobs, terminal(40, { hasUnicode: false }))).toBe(
    [
      'JOB  TASK             N  ERROR',
      'j1   mail.send.new~  12  Error: too man~',
      'j2   images           3  2m ago',
    ].join('\n'),
  )
})

test('Elsewhere it is complete: every column, every cell, whole times.', async () => {
  const whole = await table(columns, jobs, { width: null, hasColours: false, hasUnicode: true })
  expect(whole).toContain('NOTE')
  expect(whole).toContain('2026-11-28T10:00:00.000Z')
  expect(whole).toContain('from this address')
})

test('No line is wider than the terminal, whatever is in the cells.', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(text, { minLength: 6, maxLength: 6 })),
      fc.integer({ min: 40, max: 200 }),
      async (rows, width) => {
        const drawn = await table(columns, rows, terminal(width, { hasColours: true }))
        for (const line of drawn.split('\n')) expect(widthOf(stripVTControlCharacters(line))).toBeLessThanOrEqual(width)
        expect(drivesMoreThanColour(drawn)).toBeNull()
      },
    ),
    { numRuns: 200 },
  )
})

test('A name of ten thousand characters and an error of a megabyte are cut.', async () => {
  const drawn = await table(columns, [['j1', 'x'.repeat(10_000), 'q', '1', '', '👩‍👩‍👧'.repeat(100_000)]], terminal(80))
  for (const line of drawn.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80)
})

test('Colours are around the text, and change nothing of it.', async () => {
  const rows = [['j1', 'a', 'q', '1', '', { full: 'failed', style: 'red' as const }]]
  const drawn = await table(columns, rows, terminal(80, { hasColours: true }))
  expect(drawn).toContain('\u001b[31mfailed')
  expect(drawn).toContain('\u001b[1mJOB')
  expect(stripVTControlCharacters(drawn)).toBe(await table(columns, rows, terminal(80)))
})
