import { Flags } from '@oclif/core'
import { DataCommand } from '../src/cli/base-command.js'
import { exitCodes } from '../src/cli/exit-codes.js'

export default class Doctor extends DataCommand {
  static override summary = 'Look for what is wrong with the installation, the project and its store'
  static override description =
    `Checks Node, the SQLite driver, the config, the tasks, the store, the disk, the clock, the workers and the limits of the system.
Loads all task modules, in a process of their own. Changes nothing; each finding comes with what to do.
Exit codes: 0 done, also with warnings, 1 there is a problem, 2 usage.`
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --full --json']
  static override flags = {
    full: Flags.boolean({ summary: 'Read all pages and rows of the store, also if it is large' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Doctor)
    const { examine } = await import('../src/cli/doctor/examine.js')
    const { findingsText } = await import('../src/cli/doctor/findings-text.js')
    const items = await examine(flags, flags.full)
    if (items.some(({ status }) => status === 'problem')) process.exitCode = exitCodes.failed
    if (!this.jsonEnabled()) this.log(findingsText(items))
    return { items }
  }
}
