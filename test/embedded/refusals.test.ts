import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createEngine, type Engine, task } from '../../src/index.js'

const greet = (name: string, times = 1) => `${name} ${times}`
const checked = task({ schema: z.object({ to: z.string() }) }, ({ to }) => to)
const double = task({}, (value: number) => 2 * value)
const tasks = { greet, 'email.send': checked, twin: greet, double, twice: double }

describe('createEngine()', () => {
  test.each<[string, object, string, RegExp]>([
    ['an unknown option', { taks: {} }, 'E_OPTION', /^createEngine\(\): there is no option "taks"/],
    ['no tasks', {}, 'E_TASKS', /^tasks: undefined is neither an object of functions nor a folder/],
    ['no functions', { tasks: {} }, 'E_TASKS', /^tasks: the object has no functions$/],
    ['a Map of tasks', { tasks: new Map([['greet', greet]]) }, 'E_TASKS', /^tasks: the object has no functions$/],
    ['a list of tasks', { tasks: [greet] }, 'E_TASKS', /^tasks: /],
    ['a class as a task', { tasks: { A: class {} } }, 'E_TASKS', /^tasks: A is a class, not a plain function/],
    [
      'inherited options',
      Object.create({ tasks: { a() {} } }),
      'E_OPTION',
      /^createEngine\(\): the option "tasks" is inherited/,
    ],
    [
      'a Map of options',
      new Map([['tasks', { a() {} }]]),
      'E_OPTION',
      /^createEngine\(\): the options are not an object/,
    ],
    ['a generator as a task', { tasks: { *a() {} } }, 'E_TASKS', /^tasks: a is a generator function, not a plain/],
    ['a task that is no function', { tasks: { greet: 'x' } }, 'E_TASKS', /^tasks: greet is "x", not a function/],
    ['a class', { tasks: { Greet: class {} } }, 'E_TASKS', /^tasks: Greet is /],
    ['a name that cannot be one', { tasks: { 'a b': greet } }, 'E_TASKS', /^tasks: "a b" cannot be the name of a task/],
    ['the name of a built-in task', { tasks: { shell: greet } }, 'E_TASKS', /^tasks: "shell" cannot be the name/],
    ['a bad URL of a store', { tasks, store: 'redis' }, 'E_STORE_URL', /redis/],
    [
      'slashes of a host in it',
      { tasks, store: 'sqlite://db/x.db' },
      'E_STORE_URL',
      /^sqlite:\/\/db\/x\.db has slashes/,
    ],
    ['a home folder in it', { tasks, store: 'sqlite:~/x.db' }, 'E_STORE_URL', /^sqlite:~\/x\.db has a ~/],
    ['a NUL in it', { tasks, store: 'sqlite:a\0b' }, 'E_STORE_URL', /^"sqlite:a\\u0000b" has a NUL/],
    ['a store that is no text', { tasks, store: 5 }, 'E_STORE_URL', /^5 is not a store/],
    ['an empty path of tasks', { tasks: '' }, 'E_TASKS', /^tasks: "" is no path of a folder/],
    ['a URL of tasks', { tasks: new URL('file:///tasks/') }, 'E_TASKS', /^tasks: "file:\/\/\/tasks\/" is no path/],
    ['a bad retention', { tasks, retention: { completed: 'x' } }, 'E_DURATION', /retention\.completed/],
  ])('refuses %s.', async (_, options, code, message) => {
    const refused = createEngine(options as { tasks: typeof tasks })
    await expect(refused).rejects.toMatchObject({ name: 'UsageError', code, message: expect.stringMatching(message) })
  })
})

describe('an engine', () => {
  let engine: Engine<typeof tasks>
  beforeAll(async () => {
    engine = await createEngine({ store: 'memory:', tasks })
    return () => engine.close()
  })

  test.each<[string, (of: Engine) => Promise<unknown>, object]>([
    [
      'an unknown task, with the name that was probably meant',
      (of) => of.enqueue('email.sned', []),
      { code: 'E_UNKNOWN_TASK', message: 'the engine has no task "email.sned"', hint: 'did you mean "email.send"?' },
    ],
    [
      'an unknown task, with those there are',
      (of) => of.enqueue('resize', []),
      { code: 'E_UNKNOWN_TASK', hint: 'it has greet, email.send, twin, double, twice' },
    ],
    [
      'what is neither a name nor a function',
      (of) => of.enqueue(undefined as never, [] as never),
      { code: 'E_UNREGISTERED', message: 'the task is undefined, which is neither a name nor a function' },
    ],
    ['a function that it does not have', (of) => of.enqueue(() => 1, []), { code: 'E_UNREGISTERED' }],
    [
      'a function that it has by two names',
      (of) => of.enqueue(greet as () => string, []),
      { code: 'E_UNREGISTERED', message: 'the function greet is registered as greet and as twin' },
    ],
    [
      'a function that it has by two names, by its own enqueue()',
      () => double.enqueue(1),
      { code: 'E_UNREGISTERED', message: 'the function (without a name) is registered as double and as twice' },
    ],
    [
      'arguments that are no list',
      (of) => of.enqueue('greet', 'ada' as never),
      { code: 'E_ARGUMENTS', message: 'greet: the arguments are "ada"' },
    ],
    ['arguments that are left out', (of) => of.enqueue('greet', undefined as never), { code: 'E_ARGUMENTS' }],
    ['an argument that is no JSON', (of) => of.enqueue('greet', [1n]), { code: 'E_NOT_JSON' }],
    [
      'what the schema refuses',
      (of) => of.enqueue('email.send', [{ to: 5 }]),
      { code: 'E_ARGUMENTS', message: expect.stringMatching(/^email\.send: to: /) },
    ],
    [
      'an unknown option of a job',
      (of) => of.enqueue('greet', ['ada'], { delya: '1m' } as object),
      { code: 'E_OPTION', message: 'engine.enqueue(): there is no option "delya"', hint: 'did you mean "delay"?' },
    ],
    ['a bad option of a job', (of) => of.enqueue('greet', ['ada'], { priority: 101 }), { code: 'E_PRIORITY' }],
    ['an unknown option of a filter', (of) => of.jobs({ state: 'queued' } as object), { code: 'E_OPTION' }],
    ['a limit of 0', (of) => of.jobs({ limit: 0 }), { code: 'E_OPTION', message: expect.stringMatching(/^limit: 0/) }],
    ['a limit of 1,001', (of) => of.jobs({ limit: 1001 }), { code: 'E_OPTION' }],
    ['an unknown state', (of) => of.jobs({ states: ['done' as never] }), { code: 'E_OPTION' }],
    ['a task that is no name', (of) => of.jobs({ task: greet as never }), { code: 'E_OPTION' }],
    [
      'task processes for functions',
      (of) => of.startWorker(),
      { code: 'E_TASKS', hint: 'pass { inline: true }, or the path of a task directory as tasks' },
    ],
    ['an unknown option of a worker', (of) => of.startWorker({ inlien: true } as object), { code: 'E_OPTION' }],
    ['no concurrency', (of) => of.startWorker({ inline: true, concurrency: 0 }), { code: 'E_OPTION' }],
    ['an empty list of queues', (of) => of.startWorker({ inline: true, queues: [] }), { code: 'E_QUEUES' }],
    ['a queue twice', (of) => of.startWorker({ inline: true, queues: ['a', 'a'] }), { code: 'E_QUEUES' }],
    ['strict without a list', (of) => of.startWorker({ inline: true, strict: true }), { code: 'E_QUEUES' }],
    ['a signal that is none', (of) => of.finished('j1', { signal: {} as never }), { code: 'E_OPTION' }],
    ['to wait for a job that is unknown', (of) => of.finished('j1'), { name: 'NotFoundError', code: 'E_NO_JOB' }],
    ['to wait for what is no id', (of) => of.finished('x'), { name: 'NotFoundError', code: 'E_NO_JOB' }],
    ['a weight of 0', (of) => of.startWorker({ inline: true, queues: { high: 0 } }), { code: 'E_OPTION' }],
    ['a bad grace', (of) => of.startWorker({ inline: true, grace: 'soon' as never }), { code: 'E_DURATION' }],
  ])('refuses %s.', async (_, call, error) => {
    await expect(call(engine as unknown as Engine)).rejects.toMatchObject(error)
    expect(await engine.jobs()).toEqual([])
  })
})
