import { expect, test } from 'vitest'
import { LineBuffer } from '../../../src/cli/log/line-buffer.js'

test('Puts pieces together into lines, each with its job; what is open at the end of a job is a line.', () => {
  const lines: string[] = []
  const buffer = new LineBuffer((id, line) => lines.push(`${id} ${line}`))
  buffer.add('j1', 'a')
  buffer.add('j2', 'x\ny')
  buffer.add('j1', 'b\n')
  buffer.flush('j2')
  buffer.flush('j1')
  expect(lines).toEqual(['j2 x', 'j1 ab', 'j2 y'])
})

test('Keeps no more than a thousand open lines of jobs that write after their end.', () => {
  const lines: string[] = []
  const buffer = new LineBuffer((id) => lines.push(String(id)))
  for (let index = 0; index < 1_003; index++) buffer.add(`j${index}`, 'late')
  expect(lines).toEqual(['j0', 'j1', 'j2'])
})

test('A lone CR ends a line of progress; CR LF is one line end, also in two pieces.', () => {
  const lines: string[] = []
  const buffer = new LineBuffer((_, line) => lines.push(line))
  for (const piece of ['10%\r20', '%\r', '100%\r', '\nnext\r\nopen\r']) buffer.add('j1', piece)
  buffer.flush('j1')
  expect(lines).toEqual(['10%', '20%', '100%', 'next', 'open'])
})
