// Leaves of the declarations only those that the library's entries reach: the others describe what nobody can import.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const reached = new Set()
for (const entry of ['index', 'testing/index', 'testing/vitest']) reach(join(dist, `src/${entry}.d.ts`))
for (const name of readdirSync(dist, { recursive: true })) {
  const file = join(dist, name)
  if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
}

function reach(file) {
  if (reached.has(file)) return
  reached.add(file)
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)\.js['"]/g)) {
    reach(join(dirname(file), `${name}.d.ts`))
  }
}
