import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/fixtures/**', 'node_modules/**'],
    pool: 'forks',
    // Most tests wait for processes: two files at a time keep two cores busy, and vitest alone would take one.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Otherwise what commands print never reaches those who capture it.
    disableConsoleIntercept: true,
    globalSetup: ['test/support/global-setup.ts'],
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  },
})
