import { afterEach } from 'vitest'
import { createEngine, type Engine, type JobRecord, type TaskFunctions } from '../../src/index.js'
import { type TemporaryFolder, temporaryFolder } from './folder.js'
import { storeUrlIn } from './tested-store.js'

let folder: TemporaryFolder | null = null
const engines: { close(): Promise<void> }[] = []
let count = 0

/** The URL of a store of its own, which is removed after the test. */
export function freshStore(): string {
  folder ??= temporaryFolder()
  return storeUrlIn(folder.path, `${++count}`)
}

/** An engine that is closed after the test; with a store of its own if none is given. */
export async function newEngine<Tasks extends TaskFunctions>(
  tasks: Tasks,
  store = freshStore(),
): Promise<Engine<Tasks>> {
  const engine = await createEngine({ store, tasks })
  engines.push(engine)
  return engine
}

/** Resolves when a job has ended. */
export function ended(engine: Pick<Engine, 'job'>, { id }: { readonly id: string }): Promise<JobRecord> {
  return jobWhen(engine, id, ({ endedAt }) => endedAt !== null)
}

/** Resolves as soon as a job is as it should be. */
export function jobWhen(
  engine: Pick<Engine, 'job'>,
  id: string,
  isRight: (job: JobRecord) => boolean,
): Promise<JobRecord> {
  return until(async () => {
    const job = await engine.job(id)
    return job !== null && isRight(job) ? job : undefined
  })
}

/** Asks until there is an answer. */
export async function until<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setImmediate(resolve))
  }
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
  folder?.remove()
  folder = null
})
