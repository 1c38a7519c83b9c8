import { type Context, withStoreUnless } from '../../app/context.js'
import { countPrunable, pruneJobs } from '../../app/jobs/prune-jobs.js'
import { confirm } from '../confirm.js'
import { exitCodes } from '../exit-codes.js'
import { say } from '../say.js'
import { takeSignals } from '../signals.js'
import { plural } from './bulk-text.js'
import { ProgressLine } from './progress-line.js'

interface Pruned {
  readonly jobs: number
  readonly answer: 'removed' | 'would be removed' | 'kept'
}

/** Removes what the retention no longer keeps, after a question; with `dryRun` only says how many jobs that are. */
export function prune(context: Context, { dryRun, yes }: { readonly dryRun: boolean; readonly yes: boolean }) {
  return withStoreUnless(dryRun, context, async (store): Promise<Pruned> => {
    const { retention } = context
    const count = await countPrunable(store, retention)
    if (dryRun) {
      say(`would remove ${plural(count)}`)
      return { jobs: count, answer: 'would be removed' }
    }
    const question = `Remove ${plural(count)} that the retention no longer keeps?`
    if (count > 0 && !(yes || (await confirm(question)))) return { jobs: 0, answer: 'kept' }
    const interruption = takeSignals(exitCodes.interrupted)
    const bar = process.stderr.isTTY && count > 0 ? new ProgressLine(process.stderr) : null
    let jobs = 0
    for await (const removed of pruneJobs(store, retention)) {
      jobs = Math.min(removed, count)
      bar?.show(jobs / count, `${jobs} of ${count}`)
      if (interruption.graceful.aborted) break
    }
    bar?.above(() => {})
    interruption.release()
    say(count === 0 ? 'The retention keeps all jobs.' : `removed ${plural(jobs)}`)
    if (interruption.graceful.aborted && jobs < count) {
      say(`interrupted after ${jobs} of ${plural(count)}`)
      process.exitCode = exitCodes.interrupted
    }
    return { jobs, answer: 'removed' }
  })
}
