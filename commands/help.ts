import { BaseCommand } from '../src/cli/base-command.js'
import { readHelpLine } from '../src/cli/command-line.js'
import { showHelp } from '../src/cli/help.js'

export default class Help extends BaseCommand {
  static override summary = 'Show help for a command'
  static override description = 'Exit codes: 0 done, 2 usage.'
  static override examples = ['<%= config.bin %> help run', '<%= config.bin %> help workers start']
  static override usage = 'help [COMMAND]'
  static override strict = false

  async run(): Promise<void> {
    const { argv } = await this.parse(Help)
    await showHelp(this.config, readHelpLine(argv as string[], this.config))
  }
}
