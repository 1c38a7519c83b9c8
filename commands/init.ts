import { resolve } from 'node:path'
import { Args } from '@oclif/core'
import { DataCommand } from '../src/cli/base-command.js'

export default class Init extends DataCommand {
  static override summary = 'Make a project: a config file and a first task'
  static override description = `Writes nothing if one of its files is there already.
Exit codes: 0 done, 2 usage, or a file is there already.`
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init demo']
  static override args = {
    dir: Args.string({ default: '.', ignoreStdin: true, description: 'The folder of the project. Default: this one' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Init)
    const { startingFolder } = await import('../src/app/context.js')
    const { initProject } = await import('../src/app/init-project.js')
    const { hasTypes, ...made } = initProject(resolve(startingFolder(flags.cwd), args.dir))
    for (const file of made.files) this.log(`wrote ${file}`)
    this.log(`\nTry it: ${args.dir === '.' ? '' : `cd ${args.dir} && `}offstage run hello name=Ada`)
    if (!hasTypes) this.log('For types in your editor: npm install --save-dev offstage')
    return made
  }
}
