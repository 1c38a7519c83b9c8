import { availableParallelism } from 'node:os'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.js'
import { parseDuration } from '../../src/domain/duration.js'
import { parseQueueShares } from '../../src/domain/queues.js'
import { parseMemoryLimit } from '../../src/domain/size.js'

export default class WorkersStart extends BaseCommand {
  static override summary = 'Start a worker, which runs jobs until it is stopped'
  static override description =
    `A first SIGINT or SIGTERM lets running jobs finish. What is left after --grace is handed back without using up an attempt.
Exit codes: 0 done, 1 it could not go on, 2 usage, 6 store unavailable, 130 or 143 ended at once by a second signal.`
  static override examples = [
    '<%= config.bin %> workers start',
    '<%= config.bin %> workers start --queues mail:5,default --concurrency 20',
    '<%= config.bin %> workers start --burst',
  ]
  static override flags = {
    concurrency: Flags.integer({
      char: 'c',
      default: 10,
      min: 1,
      max: 10_000,
      summary: 'Jobs at a time',
      helpValue: 'N',
    }),
    queues: Flags.string({
      char: 'q',
      summary: 'Only these queues, each by its weight; all unless said',
      helpValue: 'A:5,B:2,C',
    }),
    strict: Flags.boolean({
      summary: 'A queue is served only while those before it are empty',
      dependsOn: ['queues'],
    }),
    processes: Flags.integer({
      min: 1,
      max: 1_000,
      summary: 'The most task processes; others than the first start while jobs need them. Default: one for each core',
      helpValue: 'N',
    }),
    watch: Flags.boolean({ char: 'w', summary: 'Replace the task processes when the code changes' }),
    'max-memory': Flags.string({ summary: 'Of each task process; over it, its jobs are lost', helpValue: 'SIZE' }),
    scheduler: Flags.boolean({ default: true, allowNo: true, summary: 'Fire schedules too' }),
    burst: Flags.boolean({ summary: 'End when nothing is left to do' }),
    grace: Flags.string({ default: '30s', summary: 'How long running jobs may take to finish', helpValue: 'DURATION' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkersStart)
    const shares = flags.queues === undefined ? null : parseQueueShares(flags.queues, '--queues')
    const queues = shares === null ? null : { shares, strict: flags.strict }
    const graceMs = parseDuration(flags.grace, '--grace')
    const { startWorker } = await import('../../src/cli/workers/start.js')
    const maxMemoryBytes =
      flags['max-memory'] === undefined ? null : parseMemoryLimit(flags['max-memory'], '--max-memory')
    const context = { ...(await this.context(flags)), maxMemoryBytes }
    const { concurrency, burst, watch, scheduler, processes = availableParallelism() } = flags
    process.exitCode = await startWorker(context, { queues, concurrency, processes, graceMs, burst, watch, scheduler })
  }
}
