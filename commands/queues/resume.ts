import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { resume } from '../../src/cli/queues/pause.js'
import { queuesTable } from '../../src/cli/queues/queues-table.js'

export default class QueuesResume extends DataCommand {
  static override summary = 'Resume paused queues'
  static override description = `Workers continue with their jobs at once.
Exit codes: 0 done, 2 usage, 5 no such queue, 6 store unavailable.`
  static override examples = ['<%= config.bin %> queues resume mail', '<%= config.bin %> queues resume mail reports']
  static override strict = false
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'The name of a queue; several may be given' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(QueuesResume)
    const items = await resume(await this.context(flags), argv as string[])
    if (!this.jsonEnabled()) this.log(await queuesTable(items))
    return { items }
  }
}
