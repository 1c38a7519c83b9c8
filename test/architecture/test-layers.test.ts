import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { filesOf, layers } from '../../scripts/layers.js'

const root = join(import.meta.dirname, '../..')
const find = (patterns: string[]) => globSync(patterns, { cwd: root, ignore: ['**/fixtures/**'] })

test('Each test file belongs to one layer, and so to one step of the check.', () => {
  const found = layers.map((layer) => ({ name: layer.name, files: find(filesOf(layer)) }))
  const layersOf = (file: string) => found.filter(({ files }) => files.includes(file)).map(({ name }) => name)
  const wrong = find(['test/**/*.test.ts'])
    .map((file) => `${file}: ${layersOf(file).join(', ') || 'no layer of scripts/layers.js'}`)
    .filter((line) => !/: \w+$/.test(line))
  expect(wrong).toEqual([])
})

test('The layers that need no build do not use what runs the built program.', () => {
  const fast = layers.filter(({ needsBuild }) => !needsBuild).flatMap((layer) => find(filesOf(layer)))
  expect(fast.length).toBeGreaterThan(80)
  const built = fast.filter((file) =>
    /support\/(cli|tracing)\.js'|'(?:\.\.\/)+dist\//.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(built).toEqual([])
})
