import { withReader } from '../../src/app/context.js'
import { listQueues } from '../../src/app/queues/list-queues.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { queuesTable } from '../../src/cli/queues/queues-table.js'

export default class QueuesList extends DataCommand {
  static override summary = 'List queues: their jobs by state, how long the oldest waits, and whether they are paused'
  static override description = 'Exit codes: 0 done, 2 usage, 6 store unavailable.'
  static override examples = ['<%= config.bin %> queues list', '<%= config.bin %> queues list --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(QueuesList)
    const items = await withReader(await this.context(flags), listQueues)
    if (!this.jsonEnabled()) this.log(items.length === 0 ? 'No queues.' : await queuesTable(items))
    return { items }
  }
}
