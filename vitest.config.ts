import { defineConfig } from 'vitest/config'
import { filesOf, layers } from './scripts/layers.js'

const oneLayer = (layer: (typeof layers)[number]) => ({
  extends: true as const,
  test: {
    name: layer.name,
    include: filesOf(layer),
    // Vitest runs it only if a test file of this layer runs.
    globalSetup: [
      layer.needsBuild ? 'test/support/build.ts' : 'test/support/node-version.ts',
      'test/support/redis-for-projects.ts',
    ],
  },
})

export default defineConfig({
  test: {
    exclude: ['**/fixtures/**', 'node_modules/**'],
    pool: 'forks',
    // Most tests wait for processes: two files at a time keep two cores busy, and vitest alone would take one.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Otherwise what commands print never reaches those who capture it.
    disableConsoleIntercept: true,
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
    projects: layers.map(oneLayer),
  },
})
