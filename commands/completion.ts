import { Args } from '@oclif/core'
import { BaseCommand } from '../src/cli/base-command.js'
import { completionScript, type Shell, shells } from '../src/cli/completion/scripts.js'

export default class Completion extends BaseCommand {
  static override summary = 'Print a script that completes command lines in a shell'
  static override description =
    `It completes commands, flags, and the names of tasks, queues, schedules, workers and jobs. It runs no code of the project.
bash: add this line to ~/.bashrc: eval "$(offstage completion bash)"
zsh: add this line to ~/.zshrc, after compinit: eval "$(offstage completion zsh)"
fish: run once: offstage completion fish > ~/.config/fish/completions/offstage.fish
Exit codes: 0 done, 2 usage.`
  static override examples = [
    '<%= config.bin %> completion bash',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/offstage.fish',
  ]
  static override args = {
    shell: Args.string({ required: true, ignoreStdin: true, options: [...shells], description: 'Your shell' }),
  }

  async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    process.stdout.write(completionScript(args.shell as Shell))
  }
}
