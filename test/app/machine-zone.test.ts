import { copyFileSync, existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { zoneOfMachine } from '../../src/machine-zone.js'
import { temporaryFolder } from '../support/folder.js'

const berlin = '/usr/share/zoneinfo/Europe/Berlin'

describe('The zone of a machine', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    [':Europe/Berlin', 'Europe/Berlin'],
    [berlin, 'Europe/Berlin'],
    [`:${berlin}`, 'Europe/Berlin'],
    ['/usr/share/zoneinfo/posix/America/New_York', 'America/New_York'],
    ['posix/Europe/Berlin', 'Europe/Berlin'],
    ['right/Asia/Tokyo', 'Asia/Tokyo'],
    ['UTC', 'UTC'],
    ['UTC0', 'UTC'],
    ['GMT-0', 'UTC'],
    ['', 'UTC'],
    [':', 'UTC'],
    ['Etc/GMT+3', 'Etc/GMT+3'],
    ['EST5EDT', 'EST5EDT'],
  ])('TZ=%s is %s.', (TZ, name) => {
    expect(zoneOfMachine(TZ)).toEqual({ name, unknown: null })
  })

  test.each([
    'CET-1CEST,M3.5.0,M10.5.0/3',
    '<+03>-3',
    'AST4ADT',
    'BST',
    'Foo/Bar',
    '/no/such/file',
    ':/etc/hostname',
    'x'.repeat(10_000),
  ])('TZ=%.40s names no zone: it is taken as UTC, and that is known.', (TZ) => {
    expect(zoneOfMachine(TZ)).toEqual({ name: 'UTC', unknown: TZ })
  })

  test.skipIf(!existsSync(berlin))('A link is followed, and a copied file is known by what is in it.', () => {
    const { path: folder, remove } = temporaryFolder()
    onTestFinished(remove)
    symlinkSync(berlin, join(folder, 'localtime'))
    copyFileSync(berlin, join(folder, 'copy'))
    copyFileSync('/usr/share/zoneinfo/Etc/UTC', join(folder, 'utc'))
    writeFileSync(join(folder, 'none'), 'TZif2 nothing that any zone has')
    expect(zoneOfMachine(`:${join(folder, 'localtime')}`).name).toBe('Europe/Berlin')
    // Several zones have the same rules: that of a country is meant.
    expect(zoneOfMachine(join(folder, 'copy')).name).toBe('Europe/Berlin')
    expect(zoneOfMachine(join(folder, 'utc'))).toEqual({ name: 'UTC', unknown: null })
    expect(zoneOfMachine(join(folder, 'none'))).toEqual({ name: 'UTC', unknown: join(folder, 'none') })
  })
})
