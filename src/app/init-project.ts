import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '../domain/errors.js'
import { makeFolder } from '../make-folder.js'
import { findProject, packageConfig } from '../project/find.js'

const config = `{
  "$schema": "./node_modules/offstage/schema.json",
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

export interface InitedProject {
  readonly root: string
  readonly files: readonly string[]
  /** Whether an editor finds the types of offstage, and the schema of the config: it is installed in the project. */
  readonly hasTypes: boolean
}

/** Writes the files of a new project into a folder. Throws UsageError, and writes nothing, if one of them exists. */
export function initProject(root: string): InitedProject {
  const place = existsSync(root) ? findProject(root) : null
  if (place?.root === root && place.configFile !== null) refuse(place.configFile)
  if (existsSync(root) && packageConfig(root) !== null) refuse(`the key "offstage" of ${join(root, 'package.json')}`)
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
  const hasTypes = isInstalled(root)
  if (lines.split('\n').includes(ignored)) return { root, files: written, hasTypes }
  const line = `${lines === '' || lines.endsWith('\n') ? '' : '\n'}${ignored}\n`
  writing(gitignore, () => appendFileSync(gitignore, line))
  return { root, files: [...written, gitignore], hasTypes }
}

/** As TypeScript looks for it: in the folder itself, and in those above. */
function isInstalled(folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', 'offstage', 'package.json'))) return true
  return dirname(folder) !== folder && isInstalled(dirname(folder))
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
