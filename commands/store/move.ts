import { Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'

export default class StoreMove extends DataCommand {
  static override summary = 'Move everything to another, empty store, such as from a file to Redis'
  static override description =
    `Jobs with their ids, output, schedules and statistics move; workers do not, and must have ended. Both stores are
compared at the end. The first one is kept, and refuses to be used: its commands name the other store.
While it moves, nobody can open either store. A move that was interrupted goes on when the command runs again;
--undo gives it up, also one that is complete, if nothing was changed in the second store since.
The command asks first; --yes skips the question.
Exit codes: 0 done, 1 workers are alive, or the stores differ, 2 usage, or the second store is not empty,
6 a store cannot be used, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> store move --to redis://localhost --dry-run',
    '<%= config.bin %> store move --from redis://localhost --to sqlite:.offstage/jobs.db --yes',
  ]
  static override flags = {
    from: Flags.string({ summary: 'The store to move. Default: as for all commands', helpValue: 'URL' }),
    to: Flags.string({ required: true, summary: 'The empty store, or one that is not there yet', helpValue: 'URL' }),
    'dry-run': Flags.boolean({ summary: 'Only read everything, and say how much it is' }),
    undo: Flags.boolean({ summary: 'Give the move up' }),
    yes: Flags.boolean({ char: 'y', summary: 'Move without asking' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(StoreMove)
    const { move } = await import('../../src/cli/store/move.js')
    return move(await this.context(flags), flags)
  }
}
