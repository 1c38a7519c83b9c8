import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type InstalledCopy, installedCopy } from './installed-copy.js'

const uid = 12_345
const asNobody = ['setpriv', `--reuid=${uid}`, '--clear-groups']
const [setpriv = '', ...flags] = asNobody
const canBecomeNobody = spawnSync(setpriv, [...flags, process.execPath, '-e', '0']).status === 0

const homes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['no HOME', {}],
  ['an empty HOME', { HOME: '' }],
  ['a HOME that is not there', { HOME: '/nonexistent' }],
  ["another user's HOME", { HOME: '/root' }],
]

describe.skipIf(!canBecomeNobody)('a user without an entry in passwd', () => {
  let copy: InstalledCopy
  beforeAll(() => {
    copy = installedCopy()
    execFileSync('chown', ['-R', String(uid), copy.project])
  })

  test.each(homes)('runs tasks with %s', async (_, env) => {
    const as = { by: asNobody, env }
    const version = await copy.run(['--version'], as)
    expect(version).toMatchObject({ stderr: '', exitCode: 0 })
    expect(await copy.run(['run', '--help'], as)).toMatchObject({ stderr: '', exitCode: 0 })
    expect(await copy.run(['run', 'typed'], as)).toMatchObject({ stdout: 'from TypeScript', stderr: '', exitCode: 0 })
    const { stdout } = await copy.run(['run', 'plain', '--detach'], as)
    expect(await copy.run(['workers', 'start', '--burst'], as)).toMatchObject({ exitCode: 0 })
    const shown = await copy.run(['status', stdout, '--json'], as)
    expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'completed' })
  })
})

describe('a working directory that was removed', () => {
  const copy = installedCopy()
  const gone = (args: string) => {
    const folder = join(copy.base, 'gone')
    mkdirSync(folder)
    const program = copy.module('offstage/bin/run.js')
    const script = `cd '${folder}' && rmdir '${folder}' && exec '${process.execPath}' '${program}' ${args}`
    return spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: copy.base } })
  }

  test.each(['status', 'run plain', 'init', 'tasks'])('ends %s with one clear line', (args) => {
    const { stderr, status } = gone(args)
    expect(stderr).toMatch(/^error: the folder that this was started in is gone\n {2}change to one that exists\n$/)
    expect(status).toBe(2)
  })

  test.each(['--version', `run plain --cwd ${copy.project}`])('is not needed by %s', (args) => {
    expect(gone(args)).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('the cache folder', () => {
  const copy = installedCopy()
  const cached = (folder: string) => existsSync(join(folder, 'offstage/compile-cache'))

  test('is made with mode 0700', async () => {
    const XDG_CACHE_HOME = join(copy.base, 'fresh')
    await copy.run(['status'], { env: { XDG_CACHE_HOME } })
    expect(statSync(join(XDG_CACHE_HOME, 'offstage/compile-cache')).mode & 0o777).toBe(0o700)
  })

  test('is not used when others may write in it', async () => {
    const XDG_CACHE_HOME = join(copy.base, 'open')
    const folder = join(XDG_CACHE_HOME, 'offstage/compile-cache')
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    await copy.run(['status'], { env: { XDG_CACHE_HOME } })
    expect(execFileSync('ls', ['-A', folder], { encoding: 'utf8' })).toBe('')
  })

  test.skipIf(process.geteuid?.() !== 0)('is not used when it is of another user', async () => {
    const XDG_CACHE_HOME = join(copy.base, 'other')
    const folder = join(XDG_CACHE_HOME, 'offstage/compile-cache')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chownSync(folder, uid, uid)
    await copy.run(['status'], { env: { XDG_CACHE_HOME } })
    expect(execFileSync('ls', ['-A', folder], { encoding: 'utf8' })).toBe('')
  })

  test('is done without where a file is in its place', async () => {
    const XDG_CACHE_HOME = join(copy.base, 'file')
    writeFileSync(XDG_CACHE_HOME, '')
    expect(await copy.run(['run', 'typed'], { env: { XDG_CACHE_HOME } })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(cached(XDG_CACHE_HOME)).toBe(false)
  })
})
