import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { plainEnvironment } from './environment.js'

export interface Project {
  /** Where the program is that is measured. */
  readonly packageRoot: string
  readonly root: string
}

const tasks = {
  noop: 'export default function noop() {}\n',
  // Ten milliseconds of work, on whatever machine.
  busy: `
export default function busy() {
  const end = performance.now() + 10
  while (performance.now() < end);
}
`,
  wait: `
import { setTimeout } from 'node:timers/promises'

export default async function wait() {
  await setTimeout(50)
}
`,
  pickUp: `
import { appendFileSync } from 'node:fs'

export default function pickUp(sentAt: string, file: string) {
  const now = process.hrtime.bigint()
  appendFileSync(file, \`\${now - BigInt(sentAt)}\\n\`)
}
`,
  hello: `
import { currentJob } from 'offstage'

export default async function hello({ name = 'world' }: { name?: string } = {}) {
  console.log(\`saying hello as job \${currentJob().id}\`)
  return \`Hello, \${name}!\`
}
`,
}

/** A project with one of these tasks and no store. */
export function makeProject(packageRoot: string, root: string, task: keyof typeof tasks): Project {
  const file = join(root, `tasks/${task}.ts`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, tasks[task])
  return { packageRoot, root }
}

/** A project with what workers are measured by. Its modules are compiled already, as after any first start. */
export function makeWorkProject(packageRoot: string, root: string): Project {
  for (const task of ['noop', 'busy', 'wait', 'pickUp'] as const) makeProject(packageRoot, root, task)
  const { status, stderr } = spawnSync(process.execPath, [join(packageRoot, 'bin/run.js'), 'tasks'], {
    cwd: root,
    env: plainEnvironment(),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`offstage tasks: ${stderr}`)
  return { packageRoot, root }
}
