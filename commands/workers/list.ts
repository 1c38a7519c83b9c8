import { withReader } from '../../src/app/context.js'
import { workersForPeople } from '../../src/app/shown-commands.js'
import { listWorkers } from '../../src/app/workers/list-workers.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { runningTable, workersTable } from '../../src/cli/workers/workers-table.js'
import { systemClock } from '../../src/engine/clock.js'

export default class WorkersList extends DataCommand {
  static override summary = 'List workers: where they run, their last beat, and the jobs that they run'
  static override description =
    `A worker whose last beat is over ten seconds ago is silent. One whose process or lease has ended is dead.
A run in the foreground is a worker too, without queues.
Exit codes: 0 done, 2 usage, 6 store unavailable.`
  static override examples = ['<%= config.bin %> workers list', '<%= config.bin %> workers list --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(WorkersList)
    const now = systemClock.now()
    const context = await this.context(flags)
    const items = await withReader(context, async (store) => {
      const found = await listWorkers(store, now)
      return this.jsonEnabled() ? found : workersForPeople(store, found, context.redact)
    })
    if (!this.jsonEnabled()) {
      this.log(items.length === 0 ? 'No workers. Start one: offstage workers start' : await workersTable(items, now))
      const running = await runningTable(items, now)
      if (running !== '') this.log(`\n${running}`)
    }
    return { items }
  }
}
