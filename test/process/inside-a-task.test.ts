import { describe, expect, test } from 'vitest'
import type { JobJson } from '../../src/views/job.js'
import { cliProject } from '../support/cli.js'
import { jobOf, jobsOf } from '../support/store.js'

const project = cliProject({
  'tasks/in.ts': `import { currentJob, KeyTakenError, NotJsonError, task, UsageError } from 'offstage'
import { deep } from './_deep.js'

const validate = (value: unknown) => {
  const n = (value as { n?: unknown })?.n
  return n === undefined || Number.isNaN(Number(n))
    ? { issues: [{ message: 'expected a number', path: ['n'] }] }
    : { value: { n: Number(n), seen: true } }
}
export const checked = task(
  { schema: { '~standard': { version: 1, vendor: 'test', validate } } as never },
  (input: unknown) => input,
)
export const defaulted = task(
  { schema: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as never },
  (input: unknown = {}) => input,
)
export const keyed = async () => [
  await defaulted.enqueue({ key: 'own argument' }),
  await defaulted.with({ key: 'defaulted' }).enqueue({ key: 'own argument' }),
]
export const parameters = task({}, (input: object = {}, more: object = {}) => [input, more])
export const looksLikeOptions = async () => [
  await parameters.enqueue({ key: 'own' }),
  await parameters.enqueue({}, { delay: '1h', priority: 5 }),
  await parameters.with({ delay: '1h' }).enqueue({ key: 'own' }, { priority: 5 }),
]
export const plain = task({ queue: 'plain', retry: { maxRetries: 1 } }, (a: number, b?: object) => [a, b ?? null])
const hidden = task({}, function hidden() {})

export async function enqueues() {
  const first = await plain.enqueue(1)
  const second = await plain.with({ delay: '1h', priority: 5, key: 'k', queue: 'late', retries: 7 }).enqueue(2, { x: 1 })
  const third = await plain.with({ key: 'k' }).enqueue(3, { x: 1 })
  const date = await plain.enqueue(4, { at: new Date(0), on: undefined })
  const dated = await plain.with({ at: new Date(Date.now() + 3_600_000) }).enqueue(5)
  return [first, second, third, date, dated]
}
const told = async (promise: Promise<unknown>) => {
  try {
    return await promise
  } catch (thrown) {
    const { code, message, hint } = thrown as UsageError
    const kinds = Object.entries({ KeyTakenError, UsageError }).flatMap(([name, kind]) => (thrown instanceof kind ? name : []))
    const { key = null, holder = null } = thrown as Partial<KeyTakenError>
    return { kinds, key, holder, code, message, hint, isError: thrown instanceof Error }
  }
}
export const refused = async () => [
  await told(checked.enqueue({ n: 'x' } as never)),
  await told(hidden.enqueue()),
  await told(plain.enqueue(1, { big: [1n] })),
  await told((async () => plain.with({ priority: 1000 }).enqueue(1, {}))()),
  await told(plain.with({ key: 'k', onConflict: 'error' }).enqueue(1, {})),
  await told((async () => plain.with({ at: 9e15 }).enqueue(1, {}))()),
  await told(Promise.reject(new NotJsonError('x', 'is odd')).catch((error) => error instanceof UsageError)),
]
export async function current(...args: unknown[]) {
  const job = currentJob()
  job.log('%s of %d', 'one', 2)
  job.progress(0.25)
  job.progress(1, 'done')
  const { id, attempt, slot, signal } = await deep()
  return { id, attempt, slot: slot ?? null, aborted: signal.aborted, args, same: job === currentJob() }
}
export const called = task({}, (n: number) => n + 1)
export const calls = () => called(41)
`,
  'tasks/_deep.ts': `import { currentJob } from 'offstage'
export async function deep() {
  await new Promise((resolve) => setTimeout(resolve, 1))
  return currentJob()
}
`,
})

describe('inside a task', () => {
  test('enqueue() stores jobs with and without options, through the worker.', async () => {
    const { result, state } = await project.json(['run', 'in.enqueues'])
    expect(state).toBe('completed')
    const handles = result as { id: string; duplicate: boolean }[]
    expect(handles.map(({ duplicate }) => duplicate)).toEqual([false, false, true, false, false])
    expect(handles[2]?.id).toBe(handles[1]?.id)
    const [first, second, , last, dated] = await Promise.all(handles.map(({ id }) => jobOf(project, id)))
    expect(first).toMatchObject({ state: 'queued', queue: 'plain', args: [1], maxRetries: 1, priority: 0, key: null })
    expect(second).toMatchObject({
      state: 'scheduled',
      queue: 'late',
      args: [2, { x: 1 }],
      maxRetries: 7,
      priority: 5,
      key: 'k',
    })
    const { createdAt, dueAt } = second as JobJson
    expect(Math.round((Date.parse(dueAt) - Date.parse(createdAt)) / 1_000)).toBe(3_600)
    expect(last).toMatchObject({ state: 'queued', args: [4, { at: '1970-01-01T00:00:00.000Z' }] })
    expect(dated).toMatchObject({ state: 'scheduled', args: [5] })
  })

  test('enqueue() rejects what cannot be stored, with the code of the reason.', async () => {
    const result = (await project.json(['run', 'in.refused'])).result as {
      code: string
      message: string
      hint: string | null
      kinds: string[]
      isError: boolean
    }[]
    expect(result.slice(0, 6).map(({ code }) => code)).toEqual([
      'E_ARGUMENTS',
      'E_UNREGISTERED',
      'E_NOT_JSON',
      'E_PRIORITY',
      'E_KEY_TAKEN',
      'E_DUE',
    ])
    expect(result[0]?.message).toContain('n: expected a number')
    expect(result[1]?.message).toContain('hidden')
    expect(result[2]?.message).toContain('arguments[1].big[0] is a BigInt')
    expect(result.slice(0, 6).every(({ isError }) => isError)).toBe(true)
    // Also of those that the worker refused, in another process.
    expect(result[3]?.kinds).toEqual(['UsageError'])
    expect(result[4]).toMatchObject({
      kinds: ['KeyTakenError'],
      key: 'k',
      holder: expect.stringMatching(/^j\d+$/),
      hint: expect.stringMatching(/offstage status j\d+/),
    })
    expect(result[6]).toBe(true)
  })

  test('currentJob() is the running job, deep in a call too; its log and progress are shown.', async () => {
    const run = await project.run(['run', 'in.current', 'a', 'b=1'])
    const job = (await jobsOf(project)).at(-1)
    expect(JSON.parse(run.stdout)).toEqual({
      id: job?.id,
      attempt: 1,
      slot: null,
      aborted: false,
      args: ['a', { b: '1' }],
      same: true,
    })
    expect(run.stderr).toBe('one of 2\n25 %\n100 % done\n')
  })

  test('What looks like options is an argument; options go through with().', async () => {
    const handles = (await project.json(['run', 'in.looksLikeOptions'])).result as { id: string }[]
    const jobs = await Promise.all(handles.map(({ id }) => jobOf(project, id)))
    expect(jobs.map(({ args, key, state, priority }) => ({ args, key, state, priority }))).toEqual([
      { args: [{ key: 'own' }], key: null, state: 'queued', priority: 0 },
      { args: [{}, { delay: '1h', priority: 5 }], key: null, state: 'queued', priority: 0 },
      { args: [{ key: 'own' }, { priority: 5 }], key: null, state: 'scheduled', priority: 0 },
    ])
  })

  test('With a schema the first argument is always the own one, options or not.', async () => {
    const handles = (await project.json(['run', 'in.keyed'])).result as { id: string }[]
    const jobs = await Promise.all(handles.map(({ id }) => jobOf(project, id)))
    expect(jobs.map(({ args, key }) => [args, key])).toEqual([
      [[{ key: 'own argument' }], null],
      [[{ key: 'own argument' }], 'defaulted'],
    ])
  })

  test('The function gets what the schema made of the input; the input is stored.', async () => {
    const job = await project.json(['run', 'in.checked', 'n=7'])
    expect(job).toMatchObject({ args: [{ n: '7' }], result: { n: 7, seen: true } })
    expect((await project.run(['run', 'in.calls'])).stdout).toBe('42\n')
  })
})
