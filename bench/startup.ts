import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { plainEnvironment } from './environment.js'
import { type Spread, spreadOf } from './measure.js'
import { projectWithHello, projectWithJobs } from './projects.js'

export interface StartUp {
  readonly id: string
  readonly title: string
  /** Whether Node was given extra CA certificates, which Node 20 parses at every start. */
  readonly extraCaCerts: boolean
  readonly ms: Spread
  /** Over the median of `node -e 0` in the same environment. */
  readonly overNodeMs: number
  readonly targetOverNodeMs: number | null
}

interface Start {
  readonly id: string
  readonly title: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly targetOverNodeMs: number | null
}

/** Where systems keep a bundle of CA certificates. */
const caBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

/** Whole processes from spawn to exit, all in turn, round after round. */
export async function measureStartUp(packageRoot: string, folder: string, rounds: number): Promise<StartUp[]> {
  const starts = await startsIn(packageRoot, folder)
  const caBundle = caBundles.find((file) => existsSync(file)) ?? null
  const environments = [environment(folder, null), ...(caBundle === null ? [] : [environment(folder, caBundle)])]
  const runs = environments.flatMap((env) => starts.map((start) => ({ start, env, ms: [] as number[] })))
  // Round 0 fills the caches of the disk and of compiled modules.
  for (let round = 0; round <= rounds; round++) {
    for (const { start, env, ms } of runs) {
      const elapsedMs = timeOf(start, env)
      if (round > 0) ms.push(elapsedMs)
    }
  }
  return runs.map(({ start, env, ms }) => {
    const base = runs.find((run) => run.env === env)
    const { id, title, targetOverNodeMs } = start
    const overNodeMs = spreadOf(ms).median - spreadOf(base?.ms ?? []).median
    return { id, title, extraCaCerts: 'NODE_EXTRA_CA_CERTS' in env, ms: spreadOf(ms), overNodeMs, targetOverNodeMs }
  })
}

/** `node -e 0` first: the others are told from it. */
async function startsIn(packageRoot: string, folder: string): Promise<Start[]> {
  const program = join(packageRoot, 'bin/run.js')
  const empty = projectWithHello(join(folder, 'empty'))
  const filled = await projectWithJobs(join(folder, 'filled'), 1_000)
  const hello = projectWithHello(join(folder, 'hello'))
  const status = [program, 'status']
  return [
    { id: 'node', title: 'node -e 0', args: ['-e', '0'], cwd: folder, targetOverNodeMs: null },
    { id: 'status.empty', title: 'status, no store yet', args: status, cwd: empty, targetOverNodeMs: 70 },
    { id: 'status.1000', title: 'status, 1,000 jobs', args: status, cwd: filled, targetOverNodeMs: 70 },
    { id: 'run.hello', title: 'run hello', args: [program, 'run', 'hello'], cwd: hello, targetOverNodeMs: 300 },
  ]
}

function environment(folder: string, caBundle: string | null): NodeJS.ProcessEnv {
  // Its own cache: what this user's projects have compiled is neither used nor added to.
  const own = { ...plainEnvironment(), OFFSTAGE_CACHE_DIR: join(folder, 'cache') }
  return caBundle === null ? own : { ...own, NODE_EXTRA_CA_CERTS: caBundle }
}

function timeOf({ title, args, cwd }: Start, env: NodeJS.ProcessEnv): number {
  const start = performance.now()
  const { status, signal, stderr, error } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' })
  const elapsedMs = performance.now() - start
  if (status === 0) return elapsedMs
  // A command that fails is quick.
  throw new Error(`${title} ended with ${error?.message ?? signal ?? `exit code ${status}`}: ${stderr}`)
}
