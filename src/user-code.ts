import { realpathSync } from 'node:fs'
import { parseArgs, types } from 'node:util'
import { parseJson, toJsonText } from './domain/json.js'
import { systemClock } from './engine/clock.js'
import type { ModuleFault } from './engine/ipc/messages.js'
import { serveTasks } from './engine/task-process/serve.js'
import { discoverModules } from './project/discover.js'
import type { ConfigAnswer } from './project/evaluate-config.js'
import { blameModule, describeLoadError } from './project/load-error.js'
import { loadTasks } from './project/load-tasks.js'
import { loadModule } from './project/modules/load-module.js'

/**
 * The one program in which code of the user's runs: `tasks FOLDER` serves jobs, `config FILE` evaluates a config file.
 * `--only=NAME` means the modules that may have that task, or those of a glob; `--redact=KEY` names secrets; `--without=FAULT` is a module that must
 * not be loaded, with the reason, as JSON.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    redact: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true },
  },
})
const [mode, place = ''] = positionals
if (mode === 'config') {
  const answer = await evaluate(place)
  process.send?.(answer, () => process.exit())
} else {
  const folder = realpathSync(place)
  const without = (values.without ?? []).map((fault) => JSON.parse(fault) as ModuleFault)
  await serveTasks(
    (enqueue, loading) => loadTasks(discoverModules(place, without), values.only ?? null, enqueue, loading),
    (thrown) => blameModule(folder, thrown) ?? blameModule(place, thrown),
    values.redact ?? [],
    systemClock,
  )
}

async function evaluate(file: string): Promise<ConfigAnswer> {
  try {
    const exported = await loadModule(file)
    const isModule = typeof exported === 'object' && exported !== null && 'default' in exported
    if (!isModule && types.isModuleNamespaceObject(exported))
      return { message: `${file}: it has no default export; write: export default { ... }` }
    // Crossing to the other process must not mangle what JSON cannot carry.
    return { config: parseJson(toJsonText(isModule ? exported.default : exported)) }
  } catch (thrown) {
    return { message: describeLoadError(file, thrown) }
  }
}
