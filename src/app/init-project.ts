import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '../domain/errors.js'
import { findProject } from '../project/find.js'
import { makeFolder } from '../stores/make-folder.js'

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

/** Writes the files of a new project into a folder. Throws UsageError, and writes nothing, if one of them exists. */
export function initProject(root: string): { readonly root: string; readonly files: readonly string[] } {
  const place = existsSync(root) ? findProject(root) : null
  if (place?.root === root && place.configFile !== null) refuse(place.configFile)
  const files = [
    { path: join(root, 'offstage.config.json'), content: config },
    { path: join(root, 'tasks', 'hello.ts'), content: hello },
  ]
  for (const { path } of files) if (existsSync(path)) refuse(path)
  for (const { path, content } of files) {
    writing(path, () => {
      makeFolder(dirname(path), 0o777)
      writeFileSync(path, content, { flag: 'wx' })
    })
  }
  const gitignore = join(root, '.gitignore')
  const lines = existsSync(gitignore) ? readFileSync(gitignore, 'utf8') : ''
  const written = files.map(({ path }) => path)
  if (lines.split('\n').includes(ignored)) return { root, files: written }
  const line = `${lines === '' || lines.endsWith('\n') ? '' : '\n'}${ignored}\n`
  writing(gitignore, () => appendFileSync(gitignore, line))
  return { root, files: [...written, gitignore] }
}

function writing(path: string, write: () => void): void {
  try {
    write()
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    throw new UsageError('E_INIT', `${path} cannot be written (${code})`, 'choose another folder, or mend this one')
  }
}

function refuse(path: string): never {
  throw new UsageError('E_EXISTS', `${path} is there already`, 'nothing was written; init only begins a project')
}
