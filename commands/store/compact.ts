import { Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { formatSize } from '../../src/domain/size.js'

export default class StoreCompact extends DataCommand {
  static override summary = 'Give space of the store back to the disk'
  static override description =
    `A file keeps the space of removed jobs for new ones; this makes it as small as what is in it. Nobody can write to the
store meanwhile, so it refuses while workers are alive. It takes free space of twice what is in use.
Exit codes: 0 done, 1 workers are alive, 2 usage, 6 store unavailable, or the disk is too full.`
  static override examples = ['<%= config.bin %> store compact', '<%= config.bin %> store compact --force --json']
  static override flags = {
    force: Flags.boolean({
      summary: 'Let workers that are alive wait. Over 30s they lose their jobs, which run again',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(StoreCompact)
    const { compactStore } = await import('../../src/app/store/compact-store.js')
    const { bytesBefore, bytesAfter } = await compactStore(await this.context(flags), flags.force)
    this.log(`The store had ${formatSize(bytesBefore)}, and has ${formatSize(bytesAfter)}.`)
    return { bytesBefore, bytesAfter }
  }
}
