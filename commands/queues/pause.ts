import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { pause } from '../../src/cli/queues/pause.js'
import { queuesTable } from '../../src/cli/queues/queues-table.js'

export default class QueuesPause extends DataCommand {
  static override summary = 'Pause queues: workers take no more of their jobs'
  static override description = `Running jobs continue, and "offstage run" in the foreground works as before.
Exit codes: 0 done, 2 usage, 6 store unavailable.`
  static override examples = ['<%= config.bin %> queues pause mail', '<%= config.bin %> queues pause mail reports']
  static override strict = false
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'The name of a queue; several may be given' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(QueuesPause)
    const items = await pause(await this.context(flags), argv as string[])
    if (!this.jsonEnabled()) this.log(await queuesTable(items))
    return { items }
  }
}
