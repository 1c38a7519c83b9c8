import { Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { stop, workerIdOf } from '../../src/cli/workers/stop.js'
import { parseDuration } from '../../src/domain/duration.js'
import { UsageError } from '../../src/domain/errors.js'

export default class WorkersStop extends DataCommand {
  static override summary = 'Ask workers of this machine to stop'
  static override description =
    `As SIGTERM: a worker claims nothing more, and lets its running jobs finish for its --grace.
Exit codes: 0 done, 1 a worker cannot be stopped from here, 2 usage, 3 not stopped in --timeout, 5 no such worker,
6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> workers stop w3',
    '<%= config.bin %> workers stop --all --wait --timeout 1m',
  ]
  static override strict = false
  static override usage = 'workers stop [ID...] [FLAGS]'
  static override flags = {
    all: Flags.boolean({ summary: 'Stop every worker of this store' }),
    now: Flags.boolean({ summary: 'Do not let running jobs finish: they go back to their queues' }),
    wait: Flags.boolean({ summary: 'Wait until the workers have left' }),
    timeout: Flags.string({ summary: 'With --wait: wait at most this long', helpValue: 'DURATION' }),
  }

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(WorkersStop)
    const context = await this.context(flags)
    const ids = [...new Set((argv as string[]).map(workerIdOf))]
    const { all, now, wait, timeout } = flags
    if (ids.length > 0 ? all : !all) {
      throw new UsageError('E_USAGE', 'give either the ids of workers or --all', 'such as: offstage workers stop w3')
    }
    if (timeout !== undefined && !wait) throw new UsageError('E_USAGE', '--timeout goes with --wait')
    const timeoutMs = timeout === undefined ? null : parseDuration(timeout, '--timeout')
    return { items: await stop(context, { choice: all ? null : ids, now, wait, timeoutMs }) }
  }
}
