import { realpathSync } from 'node:fs'
import { parseJson, toJsonText } from './domain/json.js'
import { serveTasks } from './engine/child/serve.js'
import { systemClock } from './engine/clock.js'
import { discoverModules } from './project/discover.js'
import type { ConfigAnswer } from './project/evaluate-config.js'
import { blameModule, describeLoadError } from './project/load-error.js'
import { loadTasks } from './project/load-tasks.js'
import { loadModule } from './project/modules/load-module.js'

/**
 * The one program in which code of the user's runs: `tasks FOLDER` serves jobs, `config FILE` evaluates a config
 * file.
 */
const [mode, place = ''] = process.argv.slice(2)
if (mode === 'config') {
  const answer = await evaluate(place)
  process.send?.(answer, () => process.exit())
} else {
  const folder = realpathSync(place)
  await serveTasks(
    (enqueue, loading) => loadTasks(discoverModules(place), enqueue, loading),
    (thrown) => blameModule(folder, thrown) ?? blameModule(place, thrown),
    systemClock,
  )
}

async function evaluate(file: string): Promise<ConfigAnswer> {
  try {
    const exported = await loadModule(file)
    const isModule = typeof exported === 'object' && exported !== null && 'default' in exported
    // Crossing to the other process must not mangle what JSON cannot carry.
    return { config: parseJson(toJsonText(isModule ? exported.default : exported)) }
  } catch (thrown) {
    return { message: describeLoadError(file, thrown) }
  }
}
