import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { monitorViews } from '../../src/app/monitor/monitor-data.js'
import type { Look } from '../../src/tui/text/ansi.js'
import { widthOf } from '../../src/views/cut.js'
import { TestMonitor } from '../support/monitor.js'
import { busyStore, emptyStore, failingStore } from '../support/sample-stores.js'
import { screenFiles } from '../support/screen-files.js'
import { drivesMoreThanColour } from '../support/terminal.js'

process.env.TZ = 'UTC' // the clock in the head

const looks: readonly (Look & { readonly name: string; readonly columns: number; readonly rows: number })[] = [
  { name: '120', columns: 120, rows: 36, hasColours: false, hasUnicode: true },
  { name: '120-colour', columns: 120, rows: 36, hasColours: true, hasUnicode: true },
  { name: '80', columns: 80, rows: 30, hasColours: false, hasUnicode: true },
  { name: '60', columns: 60, rows: 24, hasColours: false, hasUnicode: true },
  { name: '60-ascii', columns: 60, rows: 24, hasColours: false, hasUnicode: false },
  { name: '50', columns: 50, rows: 12, hasColours: false, hasUnicode: true },
]
const stores = [
  ['empty', async () => emptyStore()],
  ['busy', busyStore],
  ['failing', failingStore],
] as const

const files = screenFiles('monitor', looks.length * stores.length * monitorViews.length)

describe.each(stores)('of a store that is %s', (name, open) => {
  test.each(monitorViews.map((view, index) => [view, String(index + 1)] as const))(
    'The view %s fits each terminal, whatever the names and errors in it.',
    async (view, key) => {
      const sample = await open()
      for (const look of looks) {
        const monitor = new TestMonitor(sample, look)
        await monitor.press(key)
        const drawn = monitor.drawn(look)
        const lines = drawn.split('\n')
        expect(lines.length).toBe(look.rows)
        for (const line of lines)
          expect(widthOf(stripVTControlCharacters(line)), line).toBeLessThanOrEqual(look.columns)
        expect(drivesMoreThanColour(drawn)).toBeNull()
        if (!look.hasUnicode) expect(stripVTControlCharacters(drawn)).toMatch(/^[ -~\n]*$/)
        files.check(`${view}-${name}-${look.name}`, drawn)
      }
    },
  )
})

test('The head says how often a store is looked at that takes long to read.', async () => {
  const monitor = new TestMonitor(await busyStore())
  await monitor.look()
  expect(monitor.text()).toContain('● live 1s')
  monitor.dispatch({ type: 'paused', ms: 13_000 })
  expect(monitor.text()).toContain('● live 13s')
})
