import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { enqueueJob } from '../support/store.js'

const project = cliProject({
  'tasks/talk.mjs': `import { appendFileSync } from 'node:fs'
export async function much() {
  for (let line = 0; line < 2_000; line++) {
    console.log('line ' + line + ' '.repeat(100))
    if (line % 100 === 0) await new Promise(setImmediate)
  }
  appendFileSync('done.txt', 'done\\n')
  return Array(20_000).fill('word').join('\\n')
}
export const many = (...words) => words
`,
  'lines.jsonl': Array.from({ length: 1_500 }, (_, n) => JSON.stringify([n, 'x'.repeat(100)])).join('\n'),
})

// dash has no PIPESTATUS: each side of the pipe leaves its exit code in a file.
const piped = (command: string, reader = 'head -1') =>
  `{ ${command}; echo $? > code-$$.txt; } | ${reader} > /dev/null; cat code-$$.txt; rm code-$$.txt`

test('When the reader of a pipe has gone, commands that read end with 0, and `run` goes on to its end.', async () => {
  await project.run(['run', 'talk.many', '--each', 'lines.jsonl', '--detach'])
  const [list, status, run, talk, gone] = await Promise.all([
    project.shell(piped('offstage jobs list --limit 1000')),
    project.shell(piped('offstage jobs list --limit 1000 --json')),
    project.shell(piped('offstage run talk.much')),
    project.shell(piped('offstage run talk.much 2>&1')),
    project.shell(piped('offstage run talk.much 2>&1', 'true')),
  ])
  for (const { stdout, stderr } of [list, status, run, talk, gone]) {
    expect(stdout).toBe('0\n')
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /)
  }
  expect(project.lines('done.txt')).toEqual(['done', 'done', 'done'])
})

test('A worker goes on when nobody reads what it says.', async () => {
  await enqueueJob(project, 'talk.much', [], { queue: 'talk' })
  const worker = await project.shell(piped('offstage workers start --burst --queues talk 2>&1'))
  expect(worker.stdout).toBe('0\n')
  await eventually(() => expect(project.lines('done.txt')).toHaveLength(4))
})

test('Every command that reads, and every help, ends with 0 and without a word when its reader has gone.', async () => {
  const reading = [
    'jobs list',
    'jobs show j1',
    'jobs logs j1',
    'status',
    'status j1',
    'queues list',
    'workers list',
    'tasks',
  ]
  const others = [
    'metrics',
    'health',
    'schedule list',
    'doctor',
    'completion bash',
    '--version',
    'metrics --format prometheus',
  ]
  const helps = ['--help', 'run --help', 'workers start --help', 'schedule --help', 'jobs --help', 'init -h']
  const lines = [...reading, ...others, ...helps].map((command) => piped(`offstage ${command}`, 'true'))
  const ended: unknown[] = []
  for (const line of lines) {
    const { stdout, stderr } = await project.shell(line)
    // A list of one page of many says on stderr how to go on.
    ended.push([line, stdout, stderr.replace(/^More: --after j\d+\n/, '')])
  }
  expect(ended).toEqual(lines.map((line) => [line, '0\n', '']))
})
