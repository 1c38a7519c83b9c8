import { stripVTControlCharacters } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { widthOf } from '../../src/views/cut.js'
import { cliProject } from '../support/cli.js'
import { onTerminal } from '../support/pty.js'
import { enqueueJob } from '../support/store.js'
import { drivesMoreThanColour, drivesTerminal } from '../support/terminal.js'

const hostile = '\u001b]0;owned\u0007\u001b[2J\u202egnirts'

describe('tables on a terminal', () => {
  const project = cliProject({
    'tasks/mail.mjs': `/** Sends a mail. */\nexport const send = (text) => { throw new Error(text + 'x'.repeat(100_000)) }\n`,
  })

  beforeAll(async () => {
    expect((await project.run(['run', 'mail.send', hostile, '--retries', '0'])).exitCode).toBe(1)
    await enqueueJob(project, 'mail.send', [`${'y'.repeat(10_000)} می\u200cخواهم 👩\u200d👩\u200d👧`])
  })

  /** What a command shows on a terminal of so many columns. */
  async function shown(columns: number, args: string, env = 'TERM=xterm LANG=C.UTF-8'): Promise<string> {
    const offstage = `stty cols ${columns}; env -u NO_COLOR -u FORCE_COLOR ${env} offstage ${args}`
    const { screen } = await onTerminal(project, 'never', '', ['sh', '-c', offstage])
    return screen.replaceAll('\r\n', '\n').trimEnd()
  }

  test.each(['jobs list', 'status', 'queues list', 'tasks'])('%s fits every width, in colour.', async (command) => {
    for (const columns of [120, 80, 50]) {
      const screen = await shown(columns, command)
      expect(drivesMoreThanColour(screen)).toBeNull()
      expect(screen).toContain('\u001b[1m')
      for (const line of stripVTControlCharacters(screen).split('\n')) {
        expect(widthOf(line), line).toBeLessThanOrEqual(columns)
      }
    }
  })

  test('NO_COLOR, --no-color and TERM=dumb leave the signs and no colour.', async () => {
    for (const [args, env] of [
      ['jobs list', 'NO_COLOR=1 TERM=xterm LANG=C.UTF-8'],
      ['jobs list --no-color', 'TERM=xterm LANG=C.UTF-8'],
      ['jobs list', 'TERM=dumb LANG=C.UTF-8'],
    ] as const) {
      const screen = await shown(100, args, env)
      expect(drivesTerminal(screen)).toBeNull()
      expect(screen).toContain('✗ failed')
      expect(screen).toMatch(/\d+m?s ago/)
    }
    expect(await shown(100, 'jobs list', 'TERM=xterm LANG=C')).toContain('x failed')
  })

  test('In a pipe it is complete and plain; FORCE_COLOR colours it.', async () => {
    const { stdout } = await project.run(['jobs', 'list'])
    expect(drivesTerminal(stdout)).toBeNull()
    expect(stdout).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/)
    expect(stdout).toContain('x'.repeat(10_000))
    expect(stdout).not.toContain('✗')
    const forced = await project.run(['jobs', 'list'], { env: { FORCE_COLOR: '1', NO_COLOR: '' } })
    expect(forced.stdout).toContain('\u001b[31mfailed\u001b[39m')
  })

  test('Joiners of emoji and of Persian stay as they are.', async () => {
    expect(await shown(80, 'jobs show j2')).toContain('می\u200cخواهم 👩\u200d👩\u200d👧')
    expect((await project.run(['jobs', 'show', 'j2'])).stdout).toContain('می\u200cخواهم 👩\u200d👩\u200d👧')
  })
})
