import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type InstalledCopy, installedCopy } from './installed-copy.js'

const driverDamage: readonly (readonly [string, (copy: InstalledCopy) => void])[] = [
  ['is missing', (copy) => rmSync(copy.module('better-sqlite3'), { recursive: true })],
  ['has no binaries', (copy) => rmSync(copy.module('better-sqlite3/prebuilds'), { recursive: true })],
  ['has empty binaries', (copy) => eachBinary(copy, (file) => truncateSync(file, 0))],
  [
    'has binaries of another system',
    (copy) => eachBinary(copy, (file) => writeFileSync(file, 'MZ, of another system')),
  ],
]

function eachBinary(copy: InstalledCopy, damage: (file: string) => void): void {
  const folder = copy.module('better-sqlite3/prebuilds')
  for (const name of readdirSync(folder)) damage(join(folder, name))
}

describe('a driver that cannot be loaded', () => {
  test.each(driverDamage)('ends with exit code 6 and the way out when it %s', async (_, damage) => {
    const copy = installedCopy()
    damage(copy)
    const { stderr, exitCode } = await copy.run(['run', 'plain'])
    expect(stderr).toContain('the SQLite driver better-sqlite3 cannot be loaded')
    expect(stderr).toContain('install again')
    expect(stderr).not.toContain('this is a bug')
    expect(stderr.trim().split('\n')).toHaveLength(2)
    expect(exitCode).toBe(6)
    expect((await copy.run(['--version'])).exitCode).toBe(0)
  })
})

const compilerDamage: readonly (readonly [string, (copy: InstalledCopy) => void])[] = [
  ['is missing', (copy) => rmSync(copy.module('esbuild'), { recursive: true })],
  ['has no binary of this system', (copy) => rmSync(copy.module('@esbuild'), { recursive: true })],
  [
    'has a damaged binary',
    (copy) => {
      for (const name of readdirSync(copy.module('@esbuild')))
        truncateSync(copy.module(`@esbuild/${name}/bin/esbuild`), 4096)
    },
  ],
]

describe('a compiler that cannot be loaded', () => {
  test.each(compilerDamage)(
    'fails TypeScript modules with the way out, and JavaScript runs, when it %s',
    async (_, damage) => {
      const copy = installedCopy()
      damage(copy)
      const plain = await copy.run(['run', 'plain'])
      expect(plain).toMatchObject({ stdout: 'from JavaScript', exitCode: 0 })
      expect((await copy.run(['tasks'])).stderr).toContain('esbuild cannot be loaded')
      const typed = await copy.run(['run', 'typed'])
      expect(typed.stderr).toContain('tasks/typed.ts')
      expect(typed.stderr).toContain('install again')
      expect(typed.stderr).not.toContain('this is a bug')
      expect(typed.exitCode).toBe(2)
    },
  )
})
