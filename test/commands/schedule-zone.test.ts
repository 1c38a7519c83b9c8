import { describe, expect, test } from 'vitest'
import type { ScheduleJson } from '../../src/views/schedule.js'
import { cliProject } from '../support/cli.js'

const project = cliProject({})
const nightly = (name: string, ...flags: string[]) => [
  'schedule',
  '--name',
  name,
  '--cron',
  '30 2 * * *',
  ...flags,
  '--',
  'true',
]

describe('The zone of a schedule that is made on a machine', () => {
  test('whose TZ is the path of a zone is that zone.', async () => {
    const env = { TZ: ':/usr/share/zoneinfo/Europe/Berlin' }
    expect(await project.run(nightly('path'), { env })).toMatchObject({ exitCode: 0, stderr: 'schedule path: added\n' })
    const { items } = await project.json<{ items: readonly ScheduleJson[] }>(['schedule', 'list'])
    expect(items.find(({ name }) => name === 'path')?.tz).toBe('Europe/Berlin')
  })

  test('whose TZ is a rule without a name is UTC, and a line says so once.', async () => {
    const { stderr, exitCode } = await project.run(nightly('posix'), { env: { TZ: 'CET-1CEST,M3.5.0,M10.5.0/3' } })
    expect({ stderr, exitCode }).toEqual({
      stderr: `TZ=CET-1CEST,M3.5.0,M10.5.0/3 names no time zone, and is taken as UTC: write a name such as Europe/Berlin, or give --tz
schedule posix: added
`,
      exitCode: 0,
    })
  })

  test('is that of --tz, and then nothing is said of the machine.', async () => {
    const env = { TZ: 'Foo/Bar' }
    const { stderr } = await project.run(nightly('given', '--tz', 'Asia/Tokyo'), { env })
    expect(stderr).toBe('schedule given: added\n')
    const refused = await project.run(nightly('bst', '--tz', 'BST'), { env })
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean "Europe/London"?') })
  })
})
