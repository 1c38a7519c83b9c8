import { execFileSync } from 'node:child_process'
import { endianness } from 'node:os'
import { expect, test } from 'vitest'
import { GroupMemory, pageBytes, pageSizeOf, residentBytes } from '../../src/engine/memory.js'

/** An auxiliary vector as the kernel writes it. */
function vectorOf(wordBytes: 4 | 8, entries: readonly (readonly [number, number])[]): Buffer {
  const words = entries.flat()
  const buffer = Buffer.alloc(words.length * wordBytes)
  const view = new DataView(buffer.buffer, buffer.byteOffset)
  const isLittle = endianness() === 'LE'
  words.forEach((word, index) => {
    if (wordBytes === 4) view.setUint32(index * 4, word, isLittle)
    else view.setBigUint64(index * 8, BigInt(word), isLittle)
  })
  return buffer
}

test.each([4, 8] as const)('The size of a page is read, in words of %d bytes; without an entry it is 4 KB.', (word) => {
  expect(
    pageSizeOf(
      vectorOf(word, [
        [33, 7],
        [6, 65_536],
        [0, 0],
      ]),
      word,
    ),
  ).toBe(65_536)
  expect(
    pageSizeOf(
      vectorOf(word, [
        [33, 6],
        [0, 0],
      ]),
      word,
    ),
  ).toBe(4_096)
  expect(pageSizeOf(Buffer.alloc(0), word)).toBe(4_096)
})

test.runIf(process.platform === 'linux')('It is that of this machine, and memory is counted in it.', () => {
  expect(pageBytes()).toBe(Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })))
  const ratio = (residentBytes(process.pid) ?? 0) / process.memoryUsage.rss()
  expect(ratio).toBeGreaterThan(0.5)
  expect(ratio).toBeLessThan(2)
})

test.runIf(process.platform === 'linux')('A group that is not there, and one below its limit, are not over it.', () => {
  const groups = GroupMemory.look()
  expect(groups.over(2 ** 22 + 1, 1)).toBeNull()
  const group = Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { encoding: 'utf8' }))
  expect(groups.over(group, 2 ** 50)).toBeNull()
  expect(groups.over(group, 1)).toBeGreaterThan(1_000_000)
})
