import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
    globalSetup: ['test/support/global-setup.ts'],
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  },
})
