import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../support/redis-server.js'
import { installedCopy } from './installed-copy.js'

const ioredis = join(import.meta.dirname, '../../node_modules/ioredis')

test('The client of Redis is an optional peer, which the project or the installation has.', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`
  const missing = 'error: a store on Redis needs the package ioredis\n  npm install ioredis'
  const there = `error: ${url} cannot be reached: nothing listens there`
  const copy = installedCopy()
  expect(await copy.run(['status', '--store', url])).toMatchObject({ exitCode: 6, stderr: missing })
  expect(await copy.run(['status'])).toMatchObject({ exitCode: 0, stderr: '' })

  // As a global installation has it: the project has ioredis, and the program is elsewhere.
  mkdirSync(join(copy.project, 'node_modules'))
  symlinkSync(ioredis, join(copy.project, 'node_modules/ioredis'))
  expect((await copy.run(['status', '--store', url])).stderr).toContain(there)
  const elsewhere = { cwd: copy.base }
  expect((await copy.run(['status', '--store', url], elsewhere)).stderr).toBe(missing)
  expect((await copy.run(['status', '--store', url, '--cwd', copy.project], elsewhere)).stderr).toContain(there)

  symlinkSync(ioredis, copy.module('ioredis'))
  expect((await copy.run(['status', '--store', url], elsewhere)).stderr).toContain(there)
})
