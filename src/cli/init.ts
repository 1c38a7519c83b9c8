import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../domain/errors.js'
import { findProject } from '../project/find.js'

const config = `{
  "tasks": "tasks",
  "store": "sqlite:.offstage/jobs.db"
}
`

const hello = `import { currentJob } from 'offstage'

/** Any exported function is a task. Try: offstage run hello name=Ada */
export default async function hello({ name = 'world' }: { name?: string } = {}) {
  console.log(\`saying hello as job \${currentJob().id}\`)
  return \`Hello, \${name}!\`
}
`

const ignored = '.offstage/'

/** Writes the files of a new project into a folder. Throws UsageError, and writes nothing, if one is there. */
export function initProject(folder: string): { readonly root: string; readonly files: readonly string[] } {
  const root = resolve(folder)
  const place = existsSync(root) ? findProject(root) : null
  if (place?.root === root && place.configFile !== null) refuse(place.configFile)
  const files = [
    { path: join(root, 'offstage.config.json'), content: config },
    { path: join(root, 'tasks', 'hello.ts'), content: hello },
  ]
  for (const { path } of files) if (existsSync(path)) refuse(path)
  for (const { path, content } of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content, { flag: 'wx' })
  }
  const gitignore = join(root, '.gitignore')
  const lines = existsSync(gitignore) ? readFileSync(gitignore, 'utf8') : ''
  const written = files.map(({ path }) => path)
  if (lines.split('\n').includes(ignored)) return { root, files: written }
  appendFileSync(gitignore, `${lines === '' || lines.endsWith('\n') ? '' : '\n'}${ignored}\n`)
  return { root, files: [...written, gitignore] }
}

function refuse(path: string): never {
  throw new UsageError('E_EXISTS', `${path} is there already`, 'nothing was written; init only begins a project')
}
