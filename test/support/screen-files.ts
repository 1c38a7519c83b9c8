import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { goldenRoot } from './golden.js'

/** The golden files of screens in a folder of test/golden. UPDATE_GOLDEN=1 writes them; ␛ stands for the escape character. */
export function screenFiles(name: string, count: number) {
  const folder = join(goldenRoot, name)
  const used = new Set<string>()
  afterAll(() => {
    // Of some tests, as `-t` chooses, the others' files are not used.
    if (used.size < count) return
    expect(readdirSync(folder).filter((file) => !used.has(file))).toEqual([])
  })
  return {
    check(file: string, text: string): void {
      used.add(`${file}.txt`)
      const path = join(folder, `${file}.txt`)
      const shown = `${text.replaceAll('\u001b', '␛')}\n`
      if (process.env.UPDATE_GOLDEN === '1') {
        mkdirSync(folder, { recursive: true })
        writeFileSync(path, shown)
      }
      expect(existsSync(path), `${path} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true)
      expect(shown, path).toBe(readFileSync(path, 'utf8'))
    },
  }
}
