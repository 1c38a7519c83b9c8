import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { StalledCommand } from '../support/stalled-reader.js'
import { enqueueJob, finalJobs, jobOf, outputOf } from '../support/store.js'
import { TmuxTerminal } from '../support/tmux.js'

const files = {
  'tasks/talk.mjs': `export const much = async (lines) => {
  for (let line = 0; line < lines; line++) {
    console.log('line', line, 'x'.repeat(90))
    if (line % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return lines
}
export const hangs = () => { console.log('begun'); return new Promise(() => setInterval(() => {}, 1000)) }
`,
}

describe('a reader that has stalled', () => {
  test.each(['stdout', 'stderr'] as const)(
    'holds no worker up (%s): jobs go on, and a first signal ends it.',
    async (stream) => {
      const project = cliProject(files)
      const worker = new StalledCommand(project, stream, ['workers', 'start'])
      const id = await enqueueJob(project, 'talk.much', [30_000])
      expect(await finalJobs(project, [id])).toMatchObject([{ state: 'completed', result: 30_000 }])
      worker.signal('SIGTERM')
      expect(await worker.ended).toBe(0)
    },
  )

  test('learns how many lines were dropped once it reads again, and gets the lines that follow.', async () => {
    const project = cliProject(files)
    const worker = new StalledCommand(project, 'stderr', ['workers', 'start'])
    const much = await enqueueJob(project, 'talk.much', [30_000])
    await finalJobs(project, [much])
    const seen = await worker.reads(/(?<lines>\d+) lines of this log were dropped, because nobody read them\n/)
    const dropped = Number(/(\d+) lines of this log were dropped/.exec(seen)?.[1])
    const shown = seen.split('\n').filter((line) => line.includes(`${much} | line`)).length
    // The others are of the worker itself: its start, and the start and the end of the job.
    expect(shown + dropped).toBeGreaterThanOrEqual(30_000)
    expect(shown + dropped).toBeLessThan(30_010)
    // What the job keeps is whole up to its limit.
    expect((await outputOf(project, much)).at(0)?.text).toMatch(/^line 0 /)
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
  })

  test('holds no scheduler up.', async () => {
    const project = cliProject(files)
    await project.run(['schedule', 'talk.much', '1', '--every', '1s'])
    const scheduler = new StalledCommand(project, 'stderr', ['schedule', 'start'])
    await eventually(async () => expect(await jobOf(project, 'j1')).toMatchObject({ state: 'queued' }))
    scheduler.signal('SIGTERM')
    expect(await scheduler.ended).toBe(0)
  })

  test('holds no run up: its job completes; Ctrl-C cancels one that runs.', async () => {
    const project = cliProject(files)
    const run = new StalledCommand(project, 'stderr', ['run', 'talk.much', '30000'])
    await eventually(async () => expect(await jobOf(project, 'j1')).toMatchObject({ state: 'completed' }))
    // The end of its output waits for the reader, as that of any program.
    expect((await run.reads(/line 29999 x+\n/)).match(/^line/gm)?.length).toBeGreaterThanOrEqual(29_999)
    expect(await run.ended).toBe(0)

    const hanging = new StalledCommand(project, 'stderr', ['run', 'talk.hangs', '--retries', '0'])
    await eventually(async () => expect(await jobOf(project, 'j2')).toMatchObject({ state: 'running' }))
    hanging.signal('SIGINT')
    await eventually(async () => expect(await jobOf(project, 'j2')).toMatchObject({ state: 'cancelled' }))
    expect(await hanging.ended).toBe(130)
  })
})

test('Ctrl-S on the terminal of a worker stops what it shows, and nothing else.', async () => {
  const project = cliProject(files)
  const terminal = new TmuxTerminal(project, 'offstage workers start')
  await terminal.shows(/is ready/)
  terminal.press('C-s')
  const ids = [await enqueueJob(project, 'talk.much', [5_000]), await enqueueJob(project, 'talk.much', [5_000])]
  const jobs = await finalJobs(project, ids)
  expect(jobs.map(({ state }) => state)).toEqual(['completed', 'completed'])
  terminal.press('C-q')
  await terminal.shows(/completed after/)
  terminal.press('C-c')
  await terminal.shows(/exit code 0/)
})
