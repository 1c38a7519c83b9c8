import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

test('A schedule of code or config is in the tz of the config, else in UTC, wherever it is synced; its own tz wins.', async () => {
  const project = cliProject({
    'tasks/note.ts': `
      import { task } from 'offstage'
      export default task({ schedule: { cron: '0 2 * * *' } }, () => {})`,
  })
  const schedules = {
    mine: { task: 'note', cron: '0 3 * * *' },
    other: { task: 'note', cron: '0 3 * * *', tz: 'Asia/Tokyo' },
  }
  const zones = async (config: object, zone: string) => {
    project.write('offstage.config.json', JSON.stringify({ schedules, ...config }))
    const env = { TZ: zone }
    await project.run(['schedule', 'sync', '--yes'], { env })
    const { items } = await project.json<{ items: { name: string; tz: string }[] }>(['schedule', 'list'], { env })
    return Object.fromEntries(items.map(({ name, tz }) => [name, tz]))
  }
  expect(await zones({}, 'America/New_York')).toEqual({ note: 'UTC', mine: 'UTC', other: 'Asia/Tokyo' })
  const inBerlin = { note: 'Europe/Berlin', mine: 'Europe/Berlin', other: 'Asia/Tokyo' }
  expect(await zones({ tz: 'Europe/Berlin' }, 'America/New_York')).toEqual(inBerlin)
  expect(await zones({ tz: 'Europe/Berlin' }, 'Australia/Sydney')).toEqual(inBerlin)
  const { items } = await project.json<{ items: object[] }>(['tasks'])
  expect(items).toMatchObject([{ name: 'note', schedule: '0 2 * * * (Europe/Berlin)' }])
})

test('Two configs are refused by all commands, and doctor names them too.', async () => {
  const project = cliProject({ 'offstage.config.json': '{}', 'offstage.config.mjs': 'export default {}' })
  const text = `${project.root} has 2 configs: offstage.config.mjs, offstage.config.json`
  for (const args of [['status'], ['run', '--detach', '--', 'true']]) {
    expect(await project.run(args)).toMatchObject({ exitCode: 2, stderr: `error: ${text}\n  keep one of them\n` })
  }
  const { items } = await project.json<{ items: object[] }>(['doctor'])
  expect(items).toContainEqual({ check: 'config', status: 'problem', message: text, fix: 'keep one of them' })
})
