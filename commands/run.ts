import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../src/cli/base-command.js'
import { commandFlags } from '../src/cli/command-settings.js'
import { unwritten } from '../src/cli/output.js'
import { carryOut } from '../src/cli/run/carry-out.js'
import { jobFlags } from '../src/cli/run/flags.js'
import { readOrder, shellOrder } from '../src/cli/run/order.js'

export default class Run extends DataCommand {
  static override summary = 'Run a task now, here, as a stored job'
  static override description = `Runs the task in the foreground: its output goes to stderr, its result to stdout.
A glob such as 'smoke.*' runs every task whose name matches, without arguments, and prints a summary.
Arguments: a bare word is positional; name=text, name:=JSON and name=@file make one object that comes last.
Exit codes: 0 done, 1 failed, 2 usage, 3 timed out, 4 cancelled, 5 not found, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> run hello name=Ada',
    '<%= config.bin %> run images.resize photo.png 800 fit=cover',
    '<%= config.bin %> run --timeout 10m -- make test',
    '<%= config.bin %> run report --detach --delay 1h --key report:today',
    '<%= config.bin %> run email.send --each people.jsonl --detach',
    "<%= config.bin %> run 'smoke.*' --retries 0 --junit report.xml",
  ]
  static override strict = false
  static override usage = ['run TASK [ARGS...] [FLAGS]', 'run [FLAGS] -- COMMAND [ARGS...]']
  static override args = {
    task: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'Its name, as in "offstage tasks", or a glob',
    }),
  }
  static override flags = {
    data: Flags.string({ summary: 'The last argument, as a JSON object', helpValue: 'JSON|@FILE|-' }),
    detach: Flags.boolean({ summary: 'Only enqueue, and print the id', exclusive: ['wait'] }),
    wait: Flags.boolean({
      summary: 'Enqueue it for the workers, and follow it',
      exclusive: ['detach', 'delay', 'at', 'each'],
    }),
    inline: Flags.boolean({
      summary: 'Run it in the process of this command, for a debugger',
      exclusive: ['detach', 'wait', 'delay', 'at', 'each'],
    }),
    each: Flags.string({ summary: 'Make one job of each JSON line', helpValue: 'FILE|-', exclusive: ['data', 'key'] }),
    'skip-invalid': Flags.boolean({ summary: 'Leave out lines that are refused', dependsOn: ['each'] }),
    junit: Flags.string({ summary: 'Write the results as JUnit XML', helpValue: 'FILE' }),
    ...commandFlags,
    ...jobFlags,
  }

  protected override readonly takesCommand = true

  async run(): Promise<unknown> {
    const [, report] = this.line.options.findLast(([name]) => name === 'junit') ?? []
    // Before any mistake is found: nobody must take an older report for that of a run that was refused.
    if (report !== undefined) (await import('../src/cli/run/report-file.js')).removeReport(report)
    const { args, flags, argv } = await this.parse(Run)
    const context = await this.context(flags)
    const { command } = this.line
    const order =
      command === null
        ? await readOrder(args.task, (argv as string[]).slice(1), flags)
        : shellOrder(command, flags, this.jsonEnabled())
    const { exitCode, json, place } = await carryOut(context, order, (text) => this.log(text))
    process.exitCode = exitCode
    if (context.location.kind !== 'memory') unwritten.hint = place
    return json
  }
}
