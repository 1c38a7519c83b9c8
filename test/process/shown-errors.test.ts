import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const project = cliProject({
  'tasks/shop.ts': `
class HttpError extends Error { status = 502 }
export function http() { throw new HttpError('bad gateway') }
export function result() { return { failed: [new HttpError('bad gateway')] } }
export const any = () => Promise.any([Promise.reject(new Error('first mirror')), Promise.reject(new HttpError('second mirror'))])
export const both = () => { throw new AggregateError([new Error('one'), new Error('two')]) }
export const list = () => [{ price: NaN }]
export const deep = () => JSON.parse('['.repeat(300) + ']'.repeat(300))
`,
})

test('An error whose class sets no name is shown by its class, when it is thrown and in a result.', async () => {
  const { stderr } = await project.run(['run', 'shop.http', '--retries', '0'])
  expect(stderr).toMatch(/^HttpError: bad gateway\n {4}at http \(/m)
  const [job] = (await project.json<{ items: { error: unknown }[] }>(['jobs', 'list', '--json'])).items
  expect(job?.error).toMatchObject({ name: 'HttpError', message: 'bad gateway' })
  expect((await project.run(['run', 'shop.result'])).stdout).toBe(
    '{"failed":[{"name":"HttpError","message":"bad gateway","status":502}]}\n',
  )
})

test('An AggregateError is shown with its errors, also where none has a place in a file.', async () => {
  const { stderr } = await project.run(['run', 'shop.any', '--retries', '0'])
  expect(stderr).toMatch(
    /AggregateError: All promises were rejected\n\[error 1 of 2\]: Error: first mirror\n {4}at any[\s\S]*\n\[error 2 of 2\]: HttpError: second mirror\n/,
  )
  const failed = await project.json(['run', 'shop.both', '--retries', '0', '--json'])
  expect(failed.error).toMatchObject({ name: 'AggregateError', message: 'one; two' })
  expect((await project.run(['jobs', 'list'])).stdout).toContain('one; two')
})

test('A result that JSON cannot carry is refused in one line, without frames that say nothing.', async () => {
  const { stderr } = await project.run(['run', 'shop.list'])
  expect(stderr).toMatch(/failed\nNotJsonError: result\[0\]\.price is NaN, which JSON cannot carry\n$/)
  const deep = await project.run(['run', 'shop.deep'])
  expect(deep.stderr).toMatch(/failed\nNotJsonError: result[[\]0]+…[[\]0]+ is nested deeper than 200 levels.*\n$/)
})
