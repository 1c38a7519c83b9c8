import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEngine, type Engine } from '../../src/index.js'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.js'
import { storeUrlIn } from '../support/tested-store.js'

let folder: TemporaryFolder
let engine: Engine | null = null
const warnings: string[] = []
const warned = (warning: Error) => warnings.push(warning.message)

beforeEach(() => {
  folder = temporaryFolder()
  process.on('warning', warned)
})

afterEach(async () => {
  process.off('warning', warned)
  warnings.length = 0
  await engine?.close()
  engine = null
  folder.remove()
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder.path, 'tasks', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

async function open(): Promise<Engine> {
  engine = await createEngine({ store: storeUrlIn(folder.path), tasks: join(folder.path, 'tasks') })
  return engine
}

async function result(opened: Engine, task: string, args: readonly unknown[]): Promise<unknown> {
  const { id } = await opened.enqueue(task, [...args])
  for (;;) {
    const job = await opened.job(id)
    if (job?.endedAt != null) return job.state === 'completed' ? job.result : job.error
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const files = {
  'email.mjs': 'export const send = (to) => [to, process.pid]\nexport default () => "all"',
  'billing/invoice.cjs': 'for (const name of ["open", "close"]) exports[name] = () => name',
  'backup.sh': '#!/bin/sh\necho "\\"$1 is safe\\""\n',
}

test.each(['inline', 'in task processes'])('The tasks of a directory have their names and run %s.', async (where) => {
  write(files)
  chmodSync(join(folder.path, 'tasks/backup.sh'), 0o755)
  const opened = await open()
  await opened.startWorker({ inline: where === 'inline', concurrency: 2 })
  const here = ['ada', process.pid]
  const sent = await result(opened, 'email.send', ['ada'])
  if (where === 'inline') expect(sent).toEqual(here)
  else expect(sent).toEqual(['ada', expect.not.toSatisfy((pid) => pid === process.pid)])
  expect(await result(opened, 'email', [])).toBe('all')
  expect(await result(opened, 'billing.invoice.close', [])).toBe('close')
  expect(await result(opened, 'backup', ['home'])).toBe('home is safe')
})

test('A module that cannot be used is a fault and a warning, and the other tasks run.', async () => {
  write({ ...files, 'broken.mjs': 'throw new Error("no database")', 'bad.ts': 'export const x: = 1' })
  const opened = await open()
  const faults = opened.faults.map(({ message }) => message)
  expect(faults).toContainEqual(expect.stringMatching(/tasks\/broken\.mjs: Error: no database$/))
  expect(faults).toContainEqual(expect.stringMatching(/tasks\/bad\.ts: /))
  await vi.waitFor(() => expect(warnings).toEqual(expect.arrayContaining(faults)))
  await opened.startWorker({ inline: true })
  expect(await result(opened, 'email', [])).toBe('all')
})

test('A directory without a task that can be used is refused with the reason, as is one that is missing.', async () => {
  await expect(open()).rejects.toMatchObject({ code: 'E_NO_TASKS', message: expect.stringMatching(/does not exist$/) })
  write({ 'broken.mjs': 'throw new Error("no database")' })
  await expect(open()).rejects.toMatchObject({ code: 'E_NO_TASKS', message: expect.stringMatching(/no database$/) })
})
