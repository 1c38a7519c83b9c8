import { expect, test } from 'vitest'
import { CommandOutput } from '../../../src/engine/hosts/command-output.js'

function outputOf(...chunks: string[]) {
  const texts: string[] = []
  const fractions: number[] = []
  const output = new CommandOutput({
    text: (_, text) => texts.push(text),
    progress: (fraction) => fractions.push(fraction),
  })
  for (const chunk of chunks) output.write('stdout', chunk)
  output.end()
  return { text: texts.join(''), fractions, lastLine: output.lastLine }
}

test('A line of progress that comes in pieces is no output.', () => {
  const shown = outputOf('a\n::pro', 'gress 0.5 half', ' of it\nb\n')
  expect(shown).toEqual({ text: 'a\nb\n', fractions: [0.5], lastLine: 'b' })
})

test.each(['\nfoo\nbar\n', '\nfoo\nbar'])(
  'A line of progress that is too long was shown as output and stays output.',
  (rest) => {
    const long = `::progress 0.5 ${'x'.repeat(1_200)}`
    expect(outputOf(long, rest)).toEqual({ text: long + rest, fractions: [], lastLine: 'bar' })
    expect(outputOf(long)).toMatchObject({ text: long, fractions: [] })
  },
)

test('A fraction past 0 or 1 is that, however it is written; 0 of 0 leaves the fraction as it was.', () => {
  const lines = ['1.0000000000000002', '-nan', '0.5', 'NaN nothing to do', '-0.1', '1e-1', '7']
  const { fractions, text } = outputOf(lines.map((line) => `::progress ${line}\n`).join(''))
  expect(fractions).toEqual([1, 1, 0.5, 0.5, 0, 0.1, 1])
  expect(text).toBe('')
  expect(outputOf('::progress half\n')).toMatchObject({ text: '::progress half\n', fractions: [] })
})
