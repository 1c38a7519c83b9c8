import { Args, Flags } from '@oclif/core'
import { withReader } from '../../src/app/context.js'
import { jobIdOf } from '../../src/app/jobs/find-job.js'
import { readLogs } from '../../src/app/jobs/read-logs.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { cutLine, logLine } from '../../src/cli/jobs/log-line.js'
import { say } from '../../src/cli/say.js'
import { takeSignals } from '../../src/cli/signals.js'
import { logLineToJson } from '../../src/views/log-line.js'
import { safeJson } from '../../src/views/sanitise.js'

export default class JobsLogs extends DataCommand {
  static override summary = 'Show what a job has printed'
  static override description =
    `Shows the output of the last attempt, or of --attempt. Of longer output the first and the last 512 KB are kept.
With --json and --follow, each line is a JSON text.
Exit codes: 0 done, 2 usage, 5 no such job, 6 store unavailable, 130 interrupted.`
  static override examples = ['<%= config.bin %> jobs logs j42', '<%= config.bin %> jobs logs j42 --follow']
  static override args = {
    job: Args.string({ required: true, ignoreStdin: true, description: 'The id of a job: j42, or 42' }),
  }
  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Continue until the job has ended' }),
    attempt: Flags.integer({ min: 1, summary: 'Show this attempt instead of the last one', helpValue: 'N' }),
    timestamps: Flags.boolean({ char: 't', summary: 'Show the time and the stream of each line' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(JobsLogs)
    const context = await this.context(flags)
    const id = jobIdOf(args.job)
    const { follow, timestamps } = flags
    const items: ReturnType<typeof logLineToJson>[] = []
    const interruption = takeSignals(exitCodes.interrupted)
    const streams = this.jsonEnabled() && follow
    let shown: number | null = null
    const request = { id, attempt: flags.attempt ?? null, follow }
    await withReader(context, async (store) => {
      for await (const entry of readLogs(store, request, interruption.graceful)) {
        if (entry.kind === 'cut') say(cutLine(entry.lines))
        else if (entry.kind === 'attempt') {
          if (shown !== null && !this.jsonEnabled()) say(`attempt ${entry.attempt}`)
          shown = entry.attempt
        } else {
          const json = logLineToJson(shown ?? 0, entry.line)
          if (streams) process.stdout.write(`${safeJson(JSON.stringify(json))}\n`)
          else if (this.jsonEnabled()) items.push(json)
          else process.stdout.write(`${logLine(entry.line, timestamps)}\n`)
        }
      }
    })
    interruption.release()
    if (interruption.graceful.aborted) process.exitCode = exitCodes.interrupted
    return streams ? undefined : { job: id, attempt: shown, items }
  }
}
