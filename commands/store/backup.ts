import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { UsageError } from '../../src/domain/errors.js'

export default class StoreBackup extends DataCommand {
  static override summary = 'Copy the store to a file, while workers run'
  static override description =
    `The copy shows one moment of the store, and is a store of its own: use it with --store sqlite:FILE. Nobody has to wait.
Jobs that are running then are queued in the copy. FILE appears when it is complete, and only its owner may read it.
Exit codes: 0 done, 2 usage, or FILE is there already, 6 the store cannot be read or FILE cannot be written,
130 interrupted.`
  static override examples = [
    '<%= config.bin %> store backup /backup/jobs.db',
    '<%= config.bin %> store backup /backup/jobs-monday.db --force',
  ]
  static override args = {
    file: Args.string({ required: true, ignoreStdin: true, description: 'The file to write' }),
  }

  static override flags = {
    force: Flags.boolean({ summary: 'Replace FILE if it is there' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(StoreBackup)
    if (/^[a-z]+:/.test(args.file)) {
      throw new UsageError('E_BACKUP', `${args.file} is the URL of a store`, 'name the file alone')
    }
    if (args.file === '-') throw new UsageError('E_BACKUP', 'a backup cannot be written to stdout', 'name a file')
    const { backUp, backupText } = await import('../../src/cli/store/backup.js')
    const backup = await backUp(await this.context(flags), args.file, flags.force)
    if (backup !== null) this.log(backupText(backup))
    return backup ?? { file: null }
  }
}
