import { Args, Flags } from '@oclif/core'
import { parseTaskArguments, readStdin } from '../src/cli/arguments.js'
import { DataCommand } from '../src/cli/base-command.js'
import { refuseMemory } from '../src/cli/context.js'
import { enqueueOptions, jobFlags } from '../src/cli/run/flags.js'
import { shellCommand } from '../src/cli/run/request.js'
import { tellEnd } from '../src/cli/run/tell.js'
import { UsageError } from '../src/domain/errors.js'
import { systemClock } from '../src/engine/clock.js'
import { shellTask } from '../src/engine/shell-task.js'

export default class Run extends DataCommand {
  static override summary = 'Run a task now, here, as a stored job'
  static override description =
    `Without other flags the task runs in the foreground: its output goes to stderr, its result to stdout.
Arguments: a bare word is positional; name=text, name:=JSON and name=@file make one object that comes last.
Exit codes: 0 done, 1 failed, 2 usage, 3 timed out, 4 cancelled, 5 not found, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> run hello name=Ada',
    '<%= config.bin %> run images.resize photo.png 800 fit=cover',
    '<%= config.bin %> run --timeout 10m -- make test',
    '<%= config.bin %> run report --detach --delay 1h --key report:today',
    '<%= config.bin %> run email.send --each people.jsonl --detach',
  ]
  static override strict = false
  static override args = {
    task: Args.string({ required: true, ignoreStdin: true, description: 'Its name, as in "offstage tasks"' }),
  }
  static override flags = {
    data: Flags.string({ summary: 'The object that is the last argument', helpValue: 'JSON|@FILE|-' }),
    detach: Flags.boolean({ summary: 'Only enqueue, and print the id', exclusive: ['wait'] }),
    wait: Flags.boolean({
      summary: 'Enqueue for the workers, and follow it',
      exclusive: ['detach', 'delay', 'at', 'each'],
    }),
    inline: Flags.boolean({
      summary: 'Run it in this very process, for a debugger',
      exclusive: ['detach', 'wait', 'delay', 'at', 'each'],
    }),
    each: Flags.string({ summary: 'One job for each JSON line', helpValue: 'FILE|-', exclusive: ['data', 'key'] }),
    'skip-invalid': Flags.boolean({ summary: 'Leave bad lines out', dependsOn: ['each'] }),
    ...jobFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags, argv } = await this.parse(Run)
    const context = await this.context(flags)
    const options = enqueueOptions(flags, systemClock.now())
    const detach = flags.detach || flags.delay !== undefined || flags.at !== undefined
    if (detach || flags.wait) refuseMemory(context, detach ? 'run --detach' : 'run --wait')
    if (flags.each !== undefined) {
      if (argv.length > 1) throw new UsageError('E_ARGUMENTS', '--each and arguments are both given')
      const { enqueueEach, runEachHere } = await import('../src/cli/run/many.js')
      const request = { source: flags.each, options, skipInvalid: flags['skip-invalid'] }
      if (detach) return enqueueEach(context, args.task, request, (ids) => ids.length > 0 && this.log(ids.join('\n')))
      const { exitCode, items } = await runEachHere(context, args.task, request, (json) => this.log(json))
      process.exitCode = exitCode
      return { items }
    }
    const data = flags.data === '-' ? await readStdin() : (flags.data ?? null)
    const { enqueueAndWait, enqueueOne, runHere } = await import('../src/cli/run/one.js')
    const command = shellCommand(this.argv, argv as string[])
    const argsJson = command === null ? parseTaskArguments((argv as string[]).slice(1), data) : JSON.stringify(command)
    const request = { task: command === null ? args.task : shellTask, argsJson, options, inline: flags.inline }
    const end = await (detach ? enqueueOne : flags.wait ? enqueueAndWait : runHere)(context, request)
    const told = tellEnd(end, detach)
    process.exitCode = told.exitCode
    if (told.line !== null) this.log(told.line)
    return end.duplicate ? { ...end.job, duplicate: true } : end.job
  }
}
