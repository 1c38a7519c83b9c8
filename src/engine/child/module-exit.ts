import { syncBuiltinESMExports } from 'node:module'
import { jobOfCaller } from '../current-job.js'

/**
 * Makes `process.exit()` an error where no job calls it: a module that ends its process, as it loads or in a timer, would
 * end it again in each process that follows, and no task would ever run. Answers how this program ends itself.
 */
export function refuseModuleExit(): (code?: number) => never {
  const exit: (code?: number | string | null) => never = process.exit.bind(process)
  process.exit = (code) => {
    if (jobOfCaller() !== undefined) return exit(code)
    throw new Error(`process.exit(${code ?? ''}) was called outside of any job; a task module must not end its process`)
  }
  // For those who import it by name.
  syncBuiltinESMExports()
  return exit
}
