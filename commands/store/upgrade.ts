import { Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'

export default class StoreUpgrade extends DataCommand {
  static override summary = 'Bring the schema of the store up to date, after an update of offstage'
  static override description =
    `Runs no jobs, and is the only command that changes the schema. Make a backup first: the way back needs it.
It refuses while workers of an older version are alive, and lists them.
Exit codes: 0 done, or up to date already, 1 workers are alive, 2 usage, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> store upgrade',
    '<%= config.bin %> store upgrade --force --store sqlite:/var/lib/jobs.db',
  ]
  static override flags = {
    force: Flags.boolean({ summary: 'End the leases of workers that are alive: their jobs run again' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(StoreUpgrade)
    const { upgradeStore } = await import('../../src/app/store/upgrade-store.js')
    const { from, to } = await upgradeStore(await this.context(flags), flags.force)
    this.log(from === to ? `The schema is up to date: version ${to}.` : `The schema was version ${from}, and is ${to}.`)
    return { from, to }
  }
}
