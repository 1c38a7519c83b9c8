import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { sqliteOnly } from '../support/tested-store.js'

const inFile = sqliteOnly(test, 'its file is spoiled, or gone')

const project = cliProject({
  'tasks/pay.mjs': `import { task } from 'offstage'
import * as z from 'zod'
const schema = z.object({ amount: z.number().positive(), to: z.object({ name: z.string() }).optional() })
export const out = task({ schema }, async ({ amount }) => amount)
export const plain = (...args) => args
`,
})
const store = project.path('.offstage/jobs.db')
const reading = ['jobs', 'list']
const writing = ['run', 'pay.plain', '--detach']

// As a project with its own dependencies.
beforeAll(() => {
  execFileSync('ln', ['-s', `${import.meta.dirname}/../../node_modules`, project.path('node_modules')])
})

describe('what is refused', () => {
  test('Refused arguments are exit code 2 and name the field, an unknown task suggests one; no job is stored.', async () => {
    const refused = await Promise.all([
      project.run(['run', 'pay.out', 'amount:=-5']),
      project.run(['run', 'pay.out', '--data', '{"amount": 5, "to": {"name": 1}}', '--detach']),
      project.run(['run', 'pay.out', '1', '2']),
      project.run(['run', 'pay.plain', 'big:=12345678901234567890', '--priority', '5']),
      project.run(['run', 'pay.plain', '--at', 'tomorrow']),
      project.run(['run', 'pay.plian']),
    ])
    expect(refused.map(({ exitCode }) => exitCode)).toEqual(refused.map(() => 2))
    expect(refused.map(({ stdout }) => stdout).join('')).toBe('')
    const words = [
      'pay.out: amount: ',
      'to.name',
      'takes one argument',
      'big: ',
      '--at: "tomorrow"',
      'did you mean "pay.plain"',
    ]
    refused.forEach(({ stderr }, index) => {
      expect(stderr).toContain(words[index])
      expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
    })
    expect(existsSync(project.path('.offstage'))).toBe(false)
    expect(await project.json(['jobs', 'list'])).toEqual({ items: [], next: null })
  })

  test('What is refused is named in one line, whatever is in its name.', async () => {
    const name = 'no\nsuch\ttask\u2028'
    const [task, command] = await Promise.all([project.run(['run', name]), project.run([name])])
    expect(task).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: no task no\\nsuch\\ttask\\u2028\n {2}.*\n$/),
    })
    expect(command).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: no command no\\nsuch\\ttask.*\n {2}.*\n$/),
    })
  })

  test('Arguments that are too large are refused with what to do.', async () => {
    const large = await project.run(['run', 'pay.plain', '--data', '-'], { input: JSON.stringify('x'.repeat(300_000)) })
    expect(large).toMatchObject({ exitCode: 2, stdout: '' })
    expect(large.stderr).toMatch(/over the limit of 262144\n {2}pass a path or a key/)
  })

  inFile('A store that cannot be used is exit code 6, says what to do, and is not touched.', async () => {
    await project.run(['run', 'pay.plain'])
    const good = readFileSync(store)
    const spoil: Readonly<Record<string, (path: string) => void>> = {
      newer: (path) => sql(path, 'PRAGMA user_version = 99'),
      foreign: (path) => sql(path, 'PRAGMA application_id = 7'),
      damaged: (path) => {
        const allButTheFirst = `count=${statSync(path).size / 4096 - 1}`
        execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4096', 'seek=1', allButTheFirst, 'conv=notrunc'], {
          stdio: 'ignore',
        })
      },
      text: (path) => execFileSync('sh', ['-c', 'printf "no database, but a text file" > "$0"', path]),
      empty: (path) => execFileSync('sh', ['-c', ': > "$0"', path]),
      folder: (path) => {
        rmSync(path)
        mkdirSync(path)
      },
    }
    const hints: Readonly<Record<string, RegExp>> = {
      newer: /schema is version 99.*\n {2}update offstage/,
      foreign: /belongs to another program\n {2}use another path/,
      damaged: /damaged.*\n {2}.*backup/,
      text: /no SQLite database.*\n {2}use another file/,
      empty: /is empty\n {2}restore a backup, or remove/,
      folder: /is a folder/,
    }
    const cases = Object.entries(spoil).map(async ([name, damage]) => {
      const path = project.path(`${name}.db`)
      copyFileSync(store, path)
      damage(path)
      const before = name === 'folder' ? null : readFileSync(path)
      const commands = name === 'newer' || name === 'damaged' ? [reading, writing] : [reading]
      const ends = await Promise.all(commands.map((args) => project.run([...args, '--store', `sqlite:${name}.db`])))
      for (const end of ends) {
        expect(end, name).toMatchObject({ stdout: '', exitCode: 6, stderr: expect.stringMatching(hints[name] ?? / /) })
      }
      if (before !== null) expect(readFileSync(path).equals(before), name).toBe(true)
    })
    await Promise.all(cases)
    expect(readFileSync(store).equals(good)).toBe(true)
  })

  inFile('A store whose file has gone from its folder is exit code 6, never a silently empty queue.', async () => {
    rmSync(store)
    const ends = await Promise.all([
      project.run(['status']),
      project.run(['run', 'pay.plain']),
      project.run(['status', '--json']),
    ])
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([6, 6, 6])
    expect(ends[0]?.stderr).toMatch(/is gone, though its folder is there\n {2}restore a backup, or remove the folder/)
    expect(JSON.parse(ends[2]?.stdout ?? '')).toEqual({
      error: { code: 'E_STORE_VANISHED', message: expect.any(String), hint: expect.any(String) },
    })
    const unknown = await Promise.all([
      project.run(['status', '--store', 'postgres://user:secret@host/1']),
      project.run(['status', '--store', 'sqlite:x?durability=none']),
    ])
    expect(unknown.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    expect(unknown[0]?.stderr).not.toContain('secret')
  })
})

describe('a store that cannot be meant', () => {
  test.each([
    ['sqlite::memory:', /would be a file of that name\n {2}write memory: /],
    ['sqlite:x.db?durability=full&durability=relaxed', /twice\n {2}write sqlite:PATH/],
    ['sqlite:x.db?durability=relaxed#top', /fragment.*\n {2}write sqlite:PATH/],
    ['sqlite:x.db#top', /fragment.*\n {2}write sqlite:PATH/],
    ['memory:x', /is not a store\n {2}write sqlite:PATH/],
  ])('%s', async (url, told) => {
    const refused = await project.run(['run', 'pay.plain', '--store', url])
    expect(refused).toMatchObject({ stdout: '', exitCode: 2, stderr: expect.stringMatching(told) })
    expect(readdirSync(project.root).filter((file) => /memory|x\.db/.test(file))).toEqual([])
  })
})

function sql(path: string, statement: string): void {
  const db = new Database(path)
  db.exec(statement)
  db.close()
}
