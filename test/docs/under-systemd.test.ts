import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDuration } from '../../src/domain/duration.js'
import { hasSystemd, verified } from '../support/systemd.js'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/under-systemd.md'), 'utf8')
const unit = /```ini\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const program = '/usr/local/bin/offstage'
const settingOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

test.skipIf(!hasSystemd)('systemd accepts the unit of the page, and would refuse a wrong one.', () => {
  expect(verified(unit, program)).toEqual({ status: 0, says: '' })
  expect(verified(unit.replace('KillMode=mixed', 'KillMode=mxed'), program).says).toContain('kill mode')
})

test('TERM goes to the worker alone, and the timeout is longer than the grace with what follows it.', () => {
  expect(settingOf('KillMode')).toBe('mixed')
  const graceMs = parseDuration(settingOf('Environment=OFFSTAGE_GRACE'), 'grace')
  expect(Number(settingOf('TimeoutStopSec')) * 1_000).toBeGreaterThan(graceMs + 5_000 + 10_000)
  // Node could not compile code.
  expect(unit).not.toContain('MemoryDenyWriteExecute')
})

test('Each variable that the page sets for the worker is one of its flags.', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, { readonly env?: string }>> }>>
  }
  const known = Object.values(manifest.commands['workers:start']?.flags ?? {}).map(({ env }) => env)
  const named = new Set(page.match(/OFFSTAGE_[A-Z_]+/g))
  named.delete('OFFSTAGE_CACHE_DIR') // not a flag: where compiled modules are kept
  expect([...named].filter((name) => !known.includes(name))).toEqual([])
})
