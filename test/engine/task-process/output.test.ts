import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { captureOutput } from '../../../src/engine/task-process/output.js'

/** What is captured of these writes to stdout, piece by piece. */
function captured(...writes: readonly (readonly [chunk: string | Uint8Array, encoding?: BufferEncoding])[]): string[] {
  const texts: string[] = []
  const giveBack = captureOutput(systemClock, true, ({ text }) => texts.push(text))
  onTestFinished(giveBack)
  for (const [chunk, encoding] of writes) process.stdout.write(chunk, encoding)
  giveBack()
  return texts
}

test('A character may come in two writes.', () => {
  expect(captured([Buffer.from([0xc3])], [Buffer.from([0xa9, 10])]).join('')).toBe('\u00e9\n')
  const bytes = Buffer.from('a\u{1f600}b'.repeat(50))
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
    bytes.subarray(7 * index, 7 * index + 7),
  )
  expect(captured(...pieces.map((piece) => [piece] as const)).join('')).toBe('a\u{1f600}b'.repeat(50))
})

test('What is no UTF-8 becomes the sign for that; the encoding of a text counts, and that of bytes does not.', () => {
  expect(captured([Buffer.from([0xc3])], ['x']).join('')).toBe('\ufffdx')
  expect(captured(['616263', 'hex'], [Buffer.from('abc'), 'hex'], ['\u00e9', 'latin1'], ['\n']).join('')).toBe(
    'abcabc\ufffd\n',
  )
})
