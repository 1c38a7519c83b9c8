import { serveTasks } from './engine/child/serve.js'
import { systemClock } from './engine/clock.js'
import * as offstage from './index.js'
import type { ConfigAnswer } from './project/evaluate-config.js'
import { loadTasks } from './project/load-tasks.js'
import { describeLoadError, moduleLoader } from './project/user-modules.js'

/** The one place where code of the user's runs: `tasks ROOT FOLDER` serves jobs, `config FILE` evaluates a config. */
const [mode, place = '', tasksFolder = ''] = process.argv.slice(2)
if (mode === 'config') process.send?.(await evaluate(place), () => process.exit())
else
  await serveTasks(
    (enqueue, loading) => loadTasks(tasksFolder, moduleLoader(place, offstage), enqueue, loading),
    systemClock,
  )

async function evaluate(file: string): Promise<ConfigAnswer> {
  try {
    const exported = await moduleLoader(file, offstage)(file)
    const config =
      typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported
    return { config }
  } catch (thrown) {
    return { message: describeLoadError(file, thrown) }
  }
}
