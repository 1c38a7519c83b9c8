import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { keysOf, shapes } from '../support/shapes.js'
import { enqueueJob } from '../support/store.js'
import { sqliteOnly } from '../support/tested-store.js'

const inFile = sqliteOnly(test, 'others write into its file')

const golden = goldenFolder('jobs')

interface Page {
  readonly items: readonly { readonly id: string; readonly error: unknown; readonly explanation: null }[]
  readonly next: string | null
}

describe('jobs', () => {
  test('Jobs are listed the newest first, by filter and page by page; one is shown in full.', async () => {
    const project = cliProject({
      'tasks/a.mjs': `export const add = (a, b) => a + b
export function fail() { throw new Error('a very long message '.repeat(10)) }
`,
    })
    await enqueueJob(project, 'a.add', [1, 2])
    await enqueueJob(project, 'a.add', [3, 4])
    await enqueueJob(project, 'a.fail', [], { retries: 0 })
    await enqueueJob(project, 'a.add', [5, 6], { queue: 'sums', delay: '1h' })
    await project.run(['workers', 'start', '--burst', '--concurrency', '1'])

    const list = async (...flags: string[]) => project.json<Page>(['jobs', 'list', ...flags])
    const ids = (page: Page) => page.items.map(({ id }) => id)
    await golden.run(project, {
      list: ['jobs', 'list'],
      'first-page': ['jobs', 'list', '--limit', '2'],
      show: ['jobs', 'show', 'j2'],
      'no-match': ['jobs', 'list', '--task', 'nobody'],
    })

    const first = await list('--limit', '3')
    expect(keysOf(first)).toEqual(['items', 'next'])
    expect(ids(first)).toEqual(['j4', 'j3', 'j2'])
    expect(first.items.map(keysOf)).toEqual(Array(3).fill(shapes.listedJob))
    expect(first.items.map(({ explanation }) => explanation)).toEqual([null, null, null])
    expect(keysOf(first.items[1]?.error)).toEqual(shapes.errorWithoutStack)
    const pages = await Promise.all([
      list('--limit', '3', '--after', first.next ?? ''),
      list('--state', 'completed', '--state', 'failed'),
      list('--queue', 'sums'),
      list('--task', 'a.fail', '--newer-than', '1h'),
      list('--older-than', '1h'),
    ])
    expect(pages.map(ids)).toEqual([['j1'], ['j3', 'j2', 'j1'], ['j4'], ['j3'], []])
    expect(pages[0]?.next).toBeNull()
    expect(keysOf(await project.json(['jobs', 'show', '3']))).toEqual(shapes.job)
  })

  inFile('A result that is no JSON, in a file that others have written to, is shown as the text it is.', async () => {
    const project = cliProject({ 'tasks/a.mjs': 'export const add = (a, b) => a + b' })
    await project.run(['run', 'a.add', '1', '2'])
    const db = new Database(project.path('.offstage/jobs.db'))
    db.prepare("UPDATE ends SET result = 'no {JSON'").run()
    db.close()
    expect(await project.json(['jobs', 'show', 'j1'])).toMatchObject({ id: 'j1', result: 'no {JSON' })
    expect((await project.run(['status', 'j1'])).stdout).toMatch(/^ *result +"no \{JSON"$/m)
  })

  test('A job that is not there is exit code 5, what is no id is exit code 2.', async () => {
    const project = cliProject({ 'tasks/a.mjs': '' })
    await golden.run(project, {
      'unknown-id': ['jobs', 'show', 'j99'],
      'unknown-id-json': ['status', 'j99', '--json'],
      'no-id': ['jobs', 'show', 'hello'],
      'bad-cursor': ['jobs', 'list', '--after', 'yesterday'],
      'bad-state': ['jobs', 'list', '--state', 'done'],
    })
  })
})
