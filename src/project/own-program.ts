import { join } from 'node:path'
import { packageRoot } from '../engine/package-root.js'

// Half the memory of a busy process, and no slower where it was measured: V8 would let its young objects have 48 MB.
const youngSpace = '--max-semi-space-size=2'

/** How Node starts another program of this package: bundled it is a file of dist; run from source it is TypeScript. */
export function ownProgram(name: 'task-process' | 'notify-process' | 'store-process'): {
  readonly entry: string
  readonly execArgv: readonly string[]
} {
  if (!import.meta.url.endsWith('.ts')) {
    return { entry: join(packageRoot, `dist/src/${name}.js`), execArgv: [youngSpace] }
  }
  const execArgv = [youngSpace, '--import', import.meta.resolve('tsx')]
  return { entry: join(packageRoot, `src/${name}.ts`), execArgv }
}
