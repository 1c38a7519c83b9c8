import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'

const golden = goldenFolder('help')
const project = cliProject()
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, { readonly env?: string }>> }>>
}
const commands = Object.keys(manifest.commands)

describe('help', () => {
  test('The help of the program lists its commands and every exit code.', async () => {
    const help = await project.run(['--help'])
    golden.check('offstage', help, project)
    const words = help.stdout.replace(/\s+/g, ' ')
    for (const code of Object.values(exitCodes)) expect(words).toMatch(new RegExp(`\\b${code} [a-z]`))
  })

  test.each(commands)('The help of %s shows its arguments, its flags and an example.', async (id) => {
    golden.check(id.replaceAll(':', '-'), await project.run([...id.split(':'), '--help']), project)
  })

  test('Every global flag has its environment variable.', () => {
    for (const [id, { flags }] of Object.entries(manifest.commands)) {
      for (const name of ['store', 'cwd', 'color', 'json']) {
        if (flags[name] !== undefined) expect(flags[name].env, `${id} --${name}`).toBe(`OFFSTAGE_${name.toUpperCase()}`)
      }
    }
  })

  test('An unknown command is exit code 2 with the nearest one.', async () => {
    await golden.run(project, {
      'unknown-command': ['stauts'],
      'unknown-subcommand': ['worker', 'start'],
      'unlike-any-command': ['frobnicate'],
      'unknown-command-json': ['stauts', '--json'],
    })
    const asked = await project.run(['stauts'], { env: { OFFSTAGE_JSON: '1' } })
    expect(JSON.parse(asked.stdout)).toMatchObject({ error: { code: expect.stringMatching(/^E_/) } })
    await golden.run(project, {})
  })
})
