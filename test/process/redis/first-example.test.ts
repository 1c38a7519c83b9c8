import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cliProject } from '../../support/cli.js'
import { temporaryFolder } from '../../support/folder.js'
import { RedisServer } from '../../support/redis-server.js'
import { RedisCluster, startSentinel, tlsSettings } from '../../support/redis-sites.js'

const quickstart = join(import.meta.dirname, '../../../examples/quickstart')
const project = cliProject({ 'tasks/hello.ts': readFileSync(join(quickstart, 'tasks/hello.ts'), 'utf8') })

const sites: Readonly<Record<string, () => Promise<string>>> = {
  async 'behind TLS'() {
    const folder = temporaryFolder()
    const server = await RedisServer.start(tlsSettings(folder))
    onTestFinished(async () => {
      await server.stop()
      folder.remove()
    })
    return `rediss://127.0.0.1:${server.port}?ca=${join(folder.path, 'ca.crt')}`
  },
  async 'by Sentinel'() {
    const server = await RedisServer.start()
    const sentinel = await startSentinel(server)
    onTestFinished(async () => {
      await sentinel.stop()
      await server.stop()
    })
    return `redis://127.0.0.1:${sentinel.port}?sentinel=main`
  },
  async 'in a cluster of three nodes'() {
    const cluster = await RedisCluster.start()
    onTestFinished(() => cluster.stop())
    return `redis://127.0.0.1:${cluster.first.port},127.0.0.1:${cluster.second.port}?prefix={bull}`
  },
}

test.each(Object.keys(sites))(
  'The first example runs on a Redis %s, in the foreground and by a worker.',
  async (site) => {
    const env = { OFFSTAGE_STORE: (await sites[site]?.()) ?? '' }
    const here = await project.run(['run', 'hello', 'name=Ada'], { env })
    expect(here).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello, Ada') })

    const id = (await project.run(['run', 'hello', 'name=Bob', '--detach'], { env })).stdout.trim()
    expect(await project.run(['workers', 'start', '--burst'], { env })).toMatchObject({ exitCode: 0 })
    expect(await project.json(['status', id], { env })).toMatchObject({ state: 'completed', result: 'Hello, Bob!' })
  },
)
