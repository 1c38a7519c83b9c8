import { join } from 'node:path'

/** A path in the folder of this example's data. Server and workers must have the same. */
export function inData(...names: readonly string[]): string {
  return join(process.env.DATA_DIR ?? join(import.meta.dirname, 'data'), ...names)
}
