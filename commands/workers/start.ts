import { availableParallelism } from 'node:os'
import type { OpenEndpoint } from '../../src/app/workers/worker-probe.js'
import { BaseCommand } from '../../src/cli/base-command.js'
import { workerFlags } from '../../src/cli/workers/flags.js'
import { parseDuration } from '../../src/domain/duration.js'
import { parseHostNames, parseHttpAddress } from '../../src/domain/http-address.js'
import { parseQueueShares } from '../../src/domain/queues.js'
import { parseMemoryLimit } from '../../src/domain/size.js'
import { systemClock } from '../../src/engine/clock.js'

export default class WorkersStart extends BaseCommand {
  static override summary = 'Start a worker, which runs jobs until it is stopped'
  static override description =
    `A first SIGINT or SIGTERM lets running jobs finish. Jobs that still run after --grace go back to their queues without using up a retry.
Exit codes: 0 done, 1 it could not continue, 2 usage, 6 store unavailable, 130 or 143 a second signal ended it at once.`
  static override examples = [
    '<%= config.bin %> workers start',
    '<%= config.bin %> workers start --queues mail:5,default --concurrency 20',
    '<%= config.bin %> workers start --burst',
  ]
  static override flags = workerFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkersStart)
    const shares = flags.queues === undefined ? null : parseQueueShares(flags.queues, '--queues')
    const queues = shares === null ? null : { shares, strict: flags.strict }
    const graceMs = parseDuration(flags.grace, '--grace')
    const { startWorker } = await import('../../src/cli/workers/start.js')
    const maxMemoryBytes =
      flags['max-memory'] === undefined ? null : parseMemoryLimit(flags['max-memory'], '--max-memory')
    const readContext = async () => ({ ...(await this.context(flags)), maxMemoryBytes })
    const {
      concurrency,
      burst,
      watch,
      scheduler,
      'allow-commands': allowCommands,
      processes = availableParallelism(),
    } = flags
    const settings = { queues, concurrency, processes, graceMs, burst, watch, scheduler, allowCommands }
    const endpoint = await endpointOf(flags.http, flags['http-allow-host'] ?? [])
    const log = { format: flags.log, taskOutput: flags['task-output'] }
    process.exitCode = await startWorker(readContext, settings, this.config.version, endpoint, log)
  }
}

async function endpointOf(http: string | undefined, allowed: readonly string[]): Promise<OpenEndpoint | null> {
  if (http === undefined) return null
  const address = parseHttpAddress(http, '--http')
  const names = parseHostNames(allowed, '--http-allow-host')
  const { endpointAt } = await import('../../src/http/endpoint.js')
  return endpointAt(address, names, systemClock)
}
