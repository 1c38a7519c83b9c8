import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { bull, bullmqVersion, published } from '../../../src/stores/bullmq/bullmq-functions.js'
import { claimScript } from '../../../src/stores/bullmq/claim.js'
import { settleScript } from '../../../src/stores/bullmq/settle.js'
import { sharedRedis } from '../../support/redis-server.js'

const require = createRequire(import.meta.url)
const folder = join(import.meta.dirname, '../../../node_modules/bullmq')
const packageJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>

test('The installed version of BullMQ is the one that is bundled, and no other can be installed.', () => {
  expect(packageJson(join(folder, 'package.json')).version).toBe(bullmqVersion)
  expect(packageJson(join(import.meta.dirname, '../../../package.json')).devDependencies?.bullmq).toBe(bullmqVersion)
})

test.each(published)('$name is as the package has it, with its number of keys.', async ({ name, content, keys }) => {
  const scripts = require(join(folder, 'dist/cjs/scripts')) as Record<string, { content: string; keys: number }>
  expect(content).toBe(scripts[name]?.content)
  expect(keys).toBe(scripts[name]?.keys)
  expect(Object.values(bull).some(({ text }) => text.includes(content))).toBe(true)
})

test('What a client of BullMQ loads is the same text.', async () => {
  const { port } = await sharedRedis()
  const { Queue } = await import('bullmq')
  const connection = new Redis({ port, maxRetriesPerRequest: null })
  const queue = new Queue('texts', { connection })
  try {
    await queue.waitUntilReady()
    const client = connection as unknown as { scriptsSet: Record<string, { lua: string }> }
    for (const { name, content } of published) expect(client.scriptsSet[`${name}:${bullmqVersion}`]?.lua).toBe(content)
  } finally {
    await queue.close()
    connection.disconnect()
  }
})

test('A script holds the functions of BullMQ that its operation needs, each once.', () => {
  const count = (text: string, name: string) => text.split(`local function bull_${name}(`).length - 1
  expect(count(claimScript.text, 'moveToActive')).toBe(1)
  expect(count(claimScript.text, 'moveToFinished')).toBe(0)
  expect(count(settleScript.text, 'moveToFinished')).toBe(1)
})
