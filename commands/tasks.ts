import { DataCommand } from '../src/cli/base-command.js'
import { exitCodes } from '../src/cli/exit-codes.js'

export default class Tasks extends DataCommand {
  static override summary = "List the project's tasks"
  static override description =
    `Loads all task modules. A line on stderr names each module and each schedule that is faulty.
Exit codes: 0 done, 1 a module or a schedule is faulty, 2 usage.`
  static override examples = ['<%= config.bin %> tasks', '<%= config.bin %> tasks --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Tasks)
    const { list } = await import('../src/cli/tasks/list.js')
    const { tasksTable } = await import('../src/cli/tasks/tasks-table.js')
    const listed = await list(await this.context(flags))
    if (listed.faults.length > 0) process.exitCode = exitCodes.failed
    if (!this.jsonEnabled()) this.log(await tasksTable(listed.items))
    return listed
  }
}
