import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeJob, plainTaskDefaults } from '../src/domain/request.js'
import { systemClock } from '../src/engine/clock.js'
import type { TaskProgram } from '../src/engine/hosts/process-host.js'
import { openSqliteStore } from '../src/stores/sqlite/store.js'

export const noopTask = 'export default function noop() {}\n'

const helloTask = `
import { currentJob } from 'offstage'

export default async function hello({ name = 'world' }: { name?: string } = {}) {
  console.log(\`saying hello as job \${currentJob().id}\`)
  return \`Hello, \${name}!\`
}
`

/** A project with one task and no store. Answers its folder. */
export function projectWithTask(root: string, name: string, module: string): string {
  write(join(root, `tasks/${name}.ts`), module)
  return root
}

/** A project whose only task does nothing, and the task process that runs it: the built one, as it is installed. */
export function noopProgram(packageRoot: string, root: string, task = noopTask): TaskProgram {
  projectWithTask(root, 'noop', task)
  const entry = join(packageRoot, 'dist/src/task-process.js')
  return { entry, execArgv: [], args: ['tasks', join(root, 'tasks')], cwd: root, loadLimitMs: 60_000 }
}

/** A project with a task `hello` and no store. Answers its folder. */
export function projectWithHello(root: string): string {
  return projectWithTask(root, 'hello', helloTask)
}

/** The same with so many jobs that wait. */
export async function projectWithJobs(root: string, count: number): Promise<string> {
  projectWithHello(root)
  const store = openSqliteStore({ path: join(root, '.offstage/jobs.db'), durability: 'full' }, systemClock)
  const job = makeJob('hello', plainTaskDefaults, '[{"name":"Ada"}]', {}, systemClock.now())
  await store.enqueue(Array.from({ length: count }, () => job))
  await store.close()
  return root
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
