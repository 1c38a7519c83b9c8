import { serveTasks } from './engine/child/serve.js'
import { systemClock } from './engine/clock.js'
import * as offstage from './index.js'
import { compileAhead, compileFiles } from './project/compile.js'
import { discoverModules } from './project/discover.js'
import type { ConfigAnswer } from './project/evaluate-config.js'
import { describeLoadError } from './project/load-error.js'
import { loadTasks } from './project/load-tasks.js'
import { moduleLoader } from './project/user-modules.js'

/**
 * The one program in which code of the user's runs: `tasks ROOT FOLDER` serves jobs, `config FILE` evaluates a config
 * file; `compile ROOT` only compiles.
 */
const [mode, place = '', tasksFolder = ''] = process.argv.slice(2)
switch (mode) {
  case 'tasks':
    await serveTasks(async (enqueue, loading) => {
      const modules = discoverModules(tasksFolder)
      const program = [process.argv[1] ?? '', ...process.execArgv]
      await compileAhead(
        place,
        modules.map(({ file }) => file),
        program,
      )
      return loadTasks(modules, moduleLoader(place, offstage), enqueue, loading)
    }, systemClock)
    break
  case 'config': {
    const answer = await evaluate(place)
    process.send?.(answer, () => process.exit())
    break
  }
  case 'compile':
    compileFiles(place)
}

async function evaluate(file: string): Promise<ConfigAnswer> {
  try {
    const exported = await moduleLoader(file, offstage)(file)
    const isModule = typeof exported === 'object' && exported !== null && 'default' in exported
    return { config: isModule ? exported.default : exported }
  } catch (thrown) {
    return { message: describeLoadError(file, thrown) }
  }
}
