import { expect, test } from 'vitest'
import { TurnOutput } from '../../../src/engine/task-process/turn-output.js'

const piece = (text: string) => ({ id: 'j1', attempt: 1, stream: 'stdout', text, at: 1 }) as const

test('Output of a turn is reported once, in order.', () => {
  const output = new TurnOutput()
  output.add(piece('one'))
  output.add(piece('two'))
  expect(output.take()).toEqual([piece('one'), piece('two')])
  expect(output.take()).toEqual([])
})

test('Of a hundred megabytes in one turn the beginning and the end are kept, and the rest is counted.', () => {
  const output = new TurnOutput()
  const text = 'x'.repeat(10_240)
  for (let n = 0; n < 10_240; n++) output.add(piece(`${n} ${text}\n`))
  const texts = output.take().map((taken) => taken.text)
  expect(texts[0]).toMatch(/^0 x/)
  expect(texts.at(-1)).toMatch(/^10239 x/)
  const total = texts.reduce((sum, { length }) => sum + length, 0)
  expect(total).toBeLessThan(2.1 * 1024 * 1024)
  const [, leftOut] = texts.join('').match(/\n\((\d+) characters were printed at once, and are cut\)\n/) ?? []
  expect(Number(leftOut)).toBeGreaterThan(100_000_000)
})
