import { syncBuiltinESMExports } from 'node:module'

/**
 * Makes `process.exit()` an error where `isRefused` says so, in user code that shares the process with others. Answers
 * how the program ends itself, and how to undo it.
 */
export function refuseExit(isRefused: () => boolean, why: string) {
  const whole = process.exit
  const exit: (code?: number | string | null) => never = whole.bind(process)
  process.exit = (code) => {
    if (!isRefused()) return exit(code)
    throw new Error(`process.exit(${code ?? ''}) was called ${why}`)
  }
  // For modules that import it by name.
  syncBuiltinESMExports()
  const undo = () => {
    process.exit = whole
    syncBuiltinESMExports()
  }
  return { exit, undo }
}
