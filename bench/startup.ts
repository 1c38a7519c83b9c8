import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, timesOf } from './commands.js'
import { plainEnvironment } from './environment.js'
import { type Spread, spreadOf } from './measure.js'
import { makeProject } from './projects.js'
import { addMany, storeAt, storeUrl } from './systems/offstage.js'

export interface StartUp {
  readonly id: string
  readonly title: string
  /** Whether Node was given extra CA certificates. */
  readonly extraCaCerts: boolean
  readonly ms: Spread
  /** Over the median of `node -e 0` in the same environment. */
  readonly overNodeMs: number
}

interface Start extends Command {
  readonly id: string
}

/** Where systems keep a bundle of CA certificates. */
const caBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

export async function measureStartUp(packageRoot: string, folder: string, rounds: number): Promise<StartUp[]> {
  const starts = await startsIn(packageRoot, folder)
  const caBundle = caBundles.find((file) => existsSync(file)) ?? null
  const environments = [plainEnvironment(), ...(caBundle === null ? [] : [withBundle(caBundle)])]
  return environments.flatMap((env) => {
    const times = timesOf(starts, env, rounds).map(spreadOf)
    const nodeMs = times[0]?.median ?? Number.NaN
    return times.map((ms, index) => {
      const { id = '', title = '' } = starts[index] ?? {}
      return { id, title, extraCaCerts: 'NODE_EXTRA_CA_CERTS' in env, ms, overNodeMs: ms.median - nodeMs }
    })
  })
}

/** `node -e 0` first: the others are compared with it. */
async function startsIn(packageRoot: string, folder: string): Promise<Start[]> {
  const program = join(packageRoot, 'bin/run.js')
  const project = (name: string) => makeProject(packageRoot, join(folder, name), 'hello').root
  const filled = project('filled')
  const store = await storeAt(storeUrl(join(filled, '.offstage')))
  await addMany(
    store,
    'hello',
    Array.from({ length: 1_000 }, (_, n) => n),
  )
  await store.close()
  const completion = ['__complete', 'fish']
  return [
    { id: 'node', title: 'node -e 0', args: ['-e', '0'], cwd: folder },
    { id: 'status.empty', title: 'status, no store yet', args: [program, 'status'], cwd: project('empty') },
    { id: 'status.1000', title: 'status, 1,000 jobs', args: [program, 'status'], cwd: filled },
    { id: 'complete.task', title: 'completion of a task', args: [program, ...completion, 'run', ''], cwd: filled },
    { id: 'complete.job', title: 'completion of a job', args: [program, ...completion, 'status', ''], cwd: filled },
    { id: 'run.hello', title: 'run hello', args: [program, 'run', 'hello'], cwd: project('hello') },
  ]
}

function withBundle(caBundle: string): NodeJS.ProcessEnv {
  return { ...plainEnvironment(), NODE_EXTRA_CA_CERTS: caBundle }
}
