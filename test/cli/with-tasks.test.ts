import { expect, test } from 'vitest'
import { fired } from '../../src/app/stop-signals.js'
import { withCommands } from '../../src/cli/with-tasks.js'
import { fakeProject } from '../support/use-cases.js'

const outer = { stdin: 'nothing', stdout: process.stdout, stderr: process.stderr } as const

// Vitest listens to SIGTERM itself.
test.each(['SIGINT', 'SIGHUP'] as const)(
  'A %s that comes just before a command takes the signals stops the command.',
  async (name) => {
    const { context } = await fakeProject([])
    await withCommands(context, outer, async ({ takeSignals }) => {
      // In the same turn: as if it came while the store was opened.
      process.kill(process.pid, name)
      const interruption = takeSignals()
      try {
        await fired(interruption.graceful)
      } finally {
        interruption.release()
      }
      expect(interruption.immediate.aborted).toBe(false)
    })
  },
  5_000,
)
