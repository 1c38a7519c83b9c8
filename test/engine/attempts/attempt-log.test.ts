import { describe, expect, test } from 'vitest'
import type { OutputLine } from '../../../src/domain/job.js'
import { AttemptLog, maxOutputBytes } from '../../../src/engine/attempts/attempt-log.js'

const plain = null

/** What a store would hold after all that was taken. */
function kept(log: AttemptLog, store: OutputLine[] = []): OutputLine[] {
  const taken = log.take()
  if (taken === null) return store
  const lines = [...store, ...taken.output]
  const { forget } = taken
  return forget === null ? lines : lines.filter(({ line }) => line < forget.first || line > forget.last)
}
const texts = (lines: readonly OutputLine[]) => lines.map(({ text }) => text)

describe('the log of an attempt', () => {
  test('Pieces become lines, for each stream by itself; what has no line end comes at the end.', () => {
    const log = new AttemptLog(plain)
    log.write('stdout', 'one\ntw', 1)
    log.write('stderr', 'err', 2)
    log.write('stdout', 'o\r\n\nthr', 3)
    expect(log.take()?.output).toEqual([
      { line: 1, at: 1, stream: 'stdout', text: 'one' },
      { line: 2, at: 3, stream: 'stdout', text: 'two' },
      { line: 3, at: 3, stream: 'stdout', text: '' },
    ])
    log.end(4)
    expect(texts(kept(log))).toEqual(['thr', 'err'])
    expect(log.take()).toBe(null)
  })

  test('A secret that is written in two pieces is masked all the same.', () => {
    const log = new AttemptLog((text) => text.replaceAll('hunter2', '***'))
    expect(log.write('stdout', 'it is hun', 1)).toBe('')
    expect(log.write('stdout', 'ter2!\nhunter', 1)).toBe('it is ***!\n')
    expect(log.end(2)).toEqual([{ stream: 'stdout', text: 'hunter' }])
    expect(texts(kept(log))).toEqual(['it is ***!', 'hunter'])
  })

  test.each([1, 7, 100_000])('Of too much the beginning and the end are kept, taken after every %i lines.', (every) => {
    const log = new AttemptLog(plain)
    const text = 'x'.repeat(999)
    let store: OutputLine[] = []
    const lines = 3_000
    for (let line = 1; line <= lines; line++) {
      log.write('stdout', `${text}\n`, line)
      if (line % every === 0) store = kept(log, store)
    }
    store = kept(log, store)
    const numbers = store.map(({ line }) => line)
    const gap = numbers.findIndex((number, index) => number !== index + 1)
    expect(gap).toBe(524)
    expect(numbers.at(-1)).toBe(lines)
    expect(numbers.slice(gap)).toEqual(Array.from({ length: 524 }, (_, index) => lines - 523 + index))
    expect(store.reduce((sum, { text: kept }) => sum + kept.length + 1, 0)).toBeLessThanOrEqual(maxOutputBytes)
  })

  test('Of a line without an end the beginning and the end are stored, in pieces.', () => {
    const log = new AttemptLog(plain)
    for (let piece = 0; piece < 25; piece++) log.write('stdout', 'y'.repeat(100_000), 1)
    log.end(2)
    const length = kept(log).reduce((sum, { text }) => sum + text.length, 0)
    expect(length).toBeGreaterThan(maxOutputBytes * 0.9)
    expect(length).toBeLessThanOrEqual(maxOutputBytes)
  })

  test('One line of 900 KB is one line, and 150,000 short ones are kept up to a megabyte.', () => {
    const one = new AttemptLog(plain)
    for (let piece = 0; piece < 90_000; piece++) one.write('stdout', 'y'.repeat(10), 1)
    one.write('stdout', '\n', 1)
    expect(kept(one).map(({ text }) => text.length)).toEqual([900_000])

    const many = new AttemptLog(plain)
    for (let line = 1; line <= 140_000; line++) many.write('stdout', `${line}\n`, 1)
    expect(kept(many)).toHaveLength(140_000)
  })

  test('A line of very many bytes, and one behind a full first half, keep their beginnings and ends.', () => {
    const wide = new AttemptLog(plain)
    wide.write('stdout', `begin${'\u6f22'.repeat(400_000)}end\n`, 1)
    const pieces = texts(kept(wide))
    expect(pieces[0]).toMatch(/^begin/)
    expect(pieces.at(-1)).toMatch(/end$/)

    const late = new AttemptLog(plain)
    for (let line = 1; line <= 6_000; line++) late.write('stdout', `${'x'.repeat(90)}\n`, 1)
    late.write('stdout', `begin${'y'.repeat(600_000)}end\n`, 1)
    late.write('stderr', 'the error\n', 1)
    const stored = texts(kept(late))
    expect(stored.at(-1)).toBe('the error')
    expect(stored.at(-2)).toMatch(/y{1000}end$/)
    expect(stored.reduce((sum, text) => sum + text.length + 1, 0)).toBeGreaterThan(maxOutputBytes * 0.9)
  })

  test('A lone CR ends a line of progress; CR LF is one line end, also in two pieces.', () => {
    const log = new AttemptLog(plain)
    for (const piece of ['10%\r20', '%\r', '100%\r', '\nnext\r\nopen\r']) log.write('stdout', piece, 1)
    log.end(2)
    expect(texts(kept(log))).toEqual(['10%', '20%', '100%', 'next', 'open'])
  })

  test('The last progress and the last usage are reported once.', () => {
    const log = new AttemptLog(plain)
    log.progress({ fraction: 0.1, message: null })
    log.progress({ fraction: 0.2, message: 'two' })
    log.usage({ peakBytes: 1, cpuMs: 2 })
    expect(log.take()).toMatchObject({ progress: { fraction: 0.2 }, usage: { cpuMs: 2 } })
    expect(log.take()).toBe(null)
  })

  test('A million short lines at once are cut to 150,000, without a pause.', () => {
    const log = new AttemptLog(plain)
    log.write('stdout', '\n'.repeat(1_000_000), 1)
    const lines = kept(log)
    expect(lines.length).toBe(150_000)
    expect(lines.at(-1)?.line).toBe(1_000_000)
  })
})
