import { expect, test } from 'vitest'
import { table } from '../../src/cli/table.js'

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
