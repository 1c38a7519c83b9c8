import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CliProject, cliProject } from '../support/cli.js'
import { jobsOf } from '../support/store.js'

const packages = join(import.meta.dirname, '../../node_modules/@opentelemetry')

/** The user's own set-up: an SDK whose exporter writes each span as a line of JSON. */
const setUp = `import { appendFileSync } from 'node:fs'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, kind, attributes, links, status, events, parentSpanContext } = span
      const { traceId, spanId } = span.spanContext()
      const parent = parentSpanContext?.spanId ?? null
      const linked = links.map(({ context }) => context.spanId)
      const line = { name, kind, attributes, status, events: events.map((event) => event.attributes), parent, linked, traceId, spanId }
      appendFileSync(import.meta.dirname + '/spans.txt', JSON.stringify(line) + '\\n')
    }
    done({ code: 0 })
  },
  shutdown: async () => {},
}
const spanProcessors = [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 3_600_000 })]
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }))
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
`

const tasks = `import { task } from 'offstage'
import { trace } from '@opentelemetry/api'
import './_tracing.mjs'

export const child = task({ queue: 'mail', retry: { maxRetries: 1, initialDelay: 1 } }, async (input) => {
  trace.getTracer('mine').startSpan('own work').end()
  if (input?.token) throw new TypeError('no: ' + input.token)
})
export const parent = async (input) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return (await child.enqueue(input)).id
}
`

interface Span {
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: number; readonly message?: string }
  readonly events: readonly Readonly<Record<string, unknown>>[]
  readonly parent: string | null
  readonly linked: readonly string[]
  readonly traceId: string
  readonly spanId: string
}

const [producer, consumer] = [3, 4]

function tracedProject(): CliProject {
  const project = cliProject({ 'tasks/work.mjs': tasks, 'tasks/_tracing.mjs': setUp })
  cpSync(packages, project.path('node_modules/@opentelemetry'), { recursive: true })
  return project
}

const spansOf = (project: CliProject, file = 'tasks/spans.txt') =>
  project.lines(file).map((line) => JSON.parse(line) as Span)

const named = (spans: readonly Span[], name: string) => spans.filter((span) => span.name === name)

test('A task that enqueues and the jobs that run have spans of one trace, with the attributes of the messaging conventions.', async () => {
  const project = tracedProject()
  await project.run(['run', 'work.parent', '--detach'])
  expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
  const spans = spansOf(project)
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'offstage enqueue work.child',
    'offstage run work.child',
    'offstage run work.parent',
    'own work',
  ])
  const [parent] = named(spans, 'offstage run work.parent')
  const [enqueue] = named(spans, 'offstage enqueue work.child')
  const [run] = named(spans, 'offstage run work.child')
  const [own] = named(spans, 'own work')
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  expect(parent).toMatchObject({ kind: consumer, parent: null, linked: [] })
  expect(enqueue).toMatchObject({
    kind: producer,
    parent: parent?.spanId,
    attributes: {
      'messaging.system': 'offstage',
      'messaging.operation.name': 'enqueue',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'mail',
      'messaging.message.id': 'j2',
      'offstage.task': 'work.child',
    },
  })
  expect(run).toMatchObject({
    kind: consumer,
    parent: enqueue?.spanId,
    linked: [enqueue?.spanId],
    status: { code: 0 },
    attributes: {
      'messaging.operation.name': 'run',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'mail',
      'messaging.message.id': 'j2',
      'offstage.attempt': 1,
    },
  })
  expect(own?.parent).toBe(run?.spanId)
})

test('Each attempt has a span; one that fails has its error, with secrets masked.', async () => {
  const project = tracedProject()
  await project.run(['run', 'work.parent', 'token=s3cr3t-value', '--detach'])
  await project.run(['workers', 'start', '--burst'])
  const spans = spansOf(project)
  const [enqueue] = named(spans, 'offstage enqueue work.child')
  const runs = named(spans, 'offstage run work.child')
  // A claim that is handed back before it starts takes a number too.
  expect(runs.map(({ attributes }) => Number(attributes['offstage.attempt']) > 0)).toEqual([true, true])
  for (const run of runs) {
    expect(run).toMatchObject({
      parent: enqueue?.spanId,
      attributes: { 'error.type': 'TypeError' },
      status: { code: 2, message: 'no: ***' },
      events: [{ 'exception.type': 'TypeError', 'exception.message': 'no: ***' }],
    })
  }
  expect(project.read('tasks/spans.txt')).not.toContain('s3cr3t-value')
})

test('A command with an SDK of its own has a span for its enqueue, and the job carries it.', async () => {
  const project = tracedProject()
  const set = project.write('tracing.mjs', setUp)
  const env = { NODE_OPTIONS: `--import ${set}` }
  expect((await project.run(['run', 'work.child', '--detach'], { env })).exitCode).toBe(0)
  const [enqueue, ...others] = spansOf(project, 'spans.txt')
  expect([enqueue?.name, others]).toEqual(['offstage enqueue work.child', []])
  await project.run(['workers', 'start', '--burst'])
  const [run] = named(spansOf(project), 'offstage run work.child')
  expect(run).toMatchObject({ traceId: enqueue?.traceId, parent: enqueue?.spanId, linked: [enqueue?.spanId] })
})

test('A collector that never answers does not keep a command.', async () => {
  const project = tracedProject()
  const hangs = setUp.replace('done({ code: 0 })', 'setInterval(() => {}, 1_000)')
  const env = { NODE_OPTIONS: `--import ${project.write('tracing.mjs', hangs)}` }
  const { exitCode, stdout } = await project.run(['run', 'work.child', '--detach'], { env })
  expect([exitCode, stdout]).toEqual([0, 'j1\n'])
})

test('TRACEPARENT of a command goes to its job, and to a program that the job runs.', async () => {
  const project = tracedProject()
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  const env = { TRACEPARENT: `00-${traceId}-${spanId}-01`, TRACESTATE: 'vendor=1' }
  await project.run(['run', 'work.child', '--detach'], { env })
  await project.run(['schedule', 'work.child', '--every', '1h'])
  await project.run(['schedule', 'trigger', 'work.child'], { env })
  await project.run(['run', '--detach', '--', 'sh', '-c', 'echo "\\"$TRACEPARENT $TRACESTATE\\""'], { env })
  await project.run(['workers', 'start', '--burst'])
  expect(named(spansOf(project), 'offstage run work.child')).toMatchObject([
    { traceId, parent: spanId },
    { traceId, parent: spanId },
  ])
  expect((await jobsOf(project)).at(-1)?.result).toBe(`${env.TRACEPARENT} vendor=1`)
})

test('A program of a job without a trace does not get the TRACEPARENT of its worker.', async () => {
  const project = tracedProject()
  await project.run(['run', '--detach', '--', 'sh', '-c', 'env | grep -c "^TRACE"; true'])
  const env = { TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', TRACESTATE: 'vendor=1' }
  await project.run(['workers', 'start', '--burst'], { env })
  expect((await jobsOf(project)).at(-1)?.result).toBe(0)
})

test('run --inline exports the span of its attempt before it ends.', async () => {
  const project = tracedProject()
  expect((await project.run(['run', 'work.child', '--inline'])).exitCode).toBe(0)
  expect(named(spansOf(project), 'offstage run work.child')).toHaveLength(1)
})

test('A context manager that throws takes no job away.', async () => {
  const broken = `import { context } from '@opentelemetry/api'
import './_tracing.mjs'
context.disable()
const active = () => { throw new Error('no context') }
context.setGlobalContextManager({ active, with: active, bind: active, enable() {}, disable() {} })
export const fine = () => 1
export const fail = () => { throw new Error('mine') }
`
  const project = tracedProject()
  project.write('tasks/broken.mjs', broken)
  for (const task of ['broken.fine', 'broken.fail']) await project.run(['run', task, '--detach', '--retries', '0'])
  expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
  expect((await jobsOf(project)).map(({ result, error }) => result ?? error?.message)).toEqual([1, 'mine'])
})

test('Without an SDK nothing of OpenTelemetry is resolved or loaded, though the API is beside the program.', async () => {
  const project = cliProject({
    'tasks/plain.mjs': `import { task } from 'offstage'
export const inner = task({}, () => 1)
export const outer = async () => (await inner.enqueue()).id
`,
    'spy.cjs': `const loader = require('node:module')
const { appendFileSync } = require('node:fs')
const resolve = loader._resolveFilename
loader._resolveFilename = (request, ...others) => {
  if (request.includes('opentelemetry')) appendFileSync(__dirname + '/asked.txt', request + '\\n')
  return resolve(request, ...others)
}
appendFileSync(__dirname + '/processes.txt', process.pid + '\\n')
process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes('opentelemetry'))
  for (const file of loaded) appendFileSync(__dirname + '/asked.txt', file + '\\n')
})
`,
  })
  const env = { NODE_OPTIONS: `--require ${project.path('spy.cjs')}` }
  await project.run(['run', 'plain.outer', '--detach'], { env })
  await project.run(['workers', 'start', '--burst'], { env })
  expect((await jobsOf(project)).map(({ state }) => state)).toEqual(['completed', 'completed'])
  expect(project.lines('processes.txt').length).toBeGreaterThan(2)
  expect(project.lines('asked.txt')).toEqual([])
})
