import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliProject } from '../../support/cli.js'
import { freePort, RedisServer } from '../../support/redis-server.js'

const { run } = cliProject({ 'tasks/note.ts': 'export default () => 1' })
const maxMs = 5_000

/** The end of a command, and how long it took. */
async function timed(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const startedAt = performance.now()
  const result = await run(args, { env })
  return { ...result, ms: performance.now() - startedAt }
}

describe('a Redis that cannot be used ends a command with exit code 6, within 5 s', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start({ requirepass: 'geheim' })
  })
  afterAll(() => server.stop())

  test('where nothing listens', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const { exitCode, stdout, stderr, ms } = await timed(['status', '--store', url])
    expect(stderr).toBe(
      `error: ${url} cannot be reached: nothing listens there\n  start Redis, or name another one with --store\n`,
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
    expect(ms).toBeLessThan(maxMs)
  })

  test('where the password is wrong, which nobody sees', async () => {
    const OFFSTAGE_STORE = server.url.replace('geheim', 'falsch')
    const { exitCode, stdout, stderr } = await timed(['status', '--json'], { OFFSTAGE_STORE })
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'E_STORE_UNAVAILABLE',
        message: `redis://***@127.0.0.1:${server.port} cannot be reached: it refuses the user or the password`,
        hint: 'correct them in the URL',
      },
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: '' })
  })

  test.each(['status', 'workers start', 'run --detach -- true'])('where it is frozen: %s', async (command) => {
    server.freeze()
    try {
      const { exitCode, stderr, ms } = await timed(command.split(' '), { OFFSTAGE_STORE: server.url })
      expect(stderr).toContain(`redis://***@127.0.0.1:${server.port} cannot be reached: it does not answer\n`)
      expect(exitCode).toBe(6)
      expect(ms).toBeLessThan(maxMs)
    } finally {
      server.thaw()
    }
  })
})

test.each([
  ['backup', ['copy.db'], 'let Redis make the copy'],
  ['upgrade', [], 'it has no schema'],
  ['compact', [], 'jobs prune'],
])('store %s says what Redis has instead, and asks no server.', async (command, args, hint) => {
  const result = await run(['store', command, ...args, '--store', 'redis://127.0.0.1:1'])
  expect(result).toMatchObject({ exitCode: 2, stdout: '' })
  expect(result.stderr).toContain(`error: store ${command}: a store on Redis has no file\n`)
  expect(result.stderr).toContain(hint)
})

test('A URL that cannot be read is exit code 2, and its password is not said.', async () => {
  const result = await run(['status'], { env: { OFFSTAGE_STORE: 'redis://:geheim@h/eins' } })
  expect(result).toMatchObject({ exitCode: 2, stdout: '' })
  expect(result.stderr).toMatch(/^error: OFFSTAGE_STORE: redis:\/\/\*\*\*@h\/eins has a database that is no number\n/)
})
