import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/flaky.ts': `import { currentJob, NonRetryableError, RetryLater, task } from 'offstage'

class CardDeclined extends Error {}
const retry = { maxRetries: 3, initialDelay: 10, dontRetryOn: [CardDeclined] }

export const third = task({ retry }, async function third(name: string) {
  const { attempt } = currentJob()
  if (attempt < 3) {
    throw new Error(\`attempt \${attempt} failed\`)
  }
  return \`\${name} at last\`
})
export const always = task({ retry }, function always(): never {
  throw new TypeError('always')
})
export const never = task({ retry }, function never(): never {
  throw new NonRetryableError('no use')
})
export const declined = task({ retry }, function declined(): never {
  throw new CardDeclined('no money')
})
export const later = task({ retry: { maxRetries: 0 } }, () => {
  if (currentJob().attempt < 4) throw new RetryLater(5)
  return 'asked three times'
})
export const strange = task({ retry: { maxRetries: 0 } }, () => {
  throw 'a text'
})
export const callback = task({ retry: { maxRetries: 0 } }, () => new Promise(() => {
  setTimeout(() => { throw new RangeError('in a callback') })
}))
export const mangled = task({ retry }, () => ({ total: [1n] }))
`,
})

describe('retries', () => {
  test('A task that throws twice and then succeeds has three attempts, each with its error at the line in TypeScript.', async () => {
    const run = await project.run(['run', 'flaky.third', 'Ada'])
    expect(run).toMatchObject({ stdout: 'Ada at last\n', exitCode: 0 })
    expect(run.stderr).toMatch(
      /attempt 1: Error: attempt 1 failed; again in 10ms\n.*attempt 2: Error: attempt 2 failed; again in 20ms\n$/,
    )

    const job = await jobOf(project, 'j1')
    expect(job).toMatchObject({ state: 'completed', attempt: 3, failures: 2, losses: 0, error: null })
    expect(job.attempts.map(({ attempt, state, endedBy }) => [attempt, state, endedBy])).toEqual([
      [1, 'failed', 'throw'],
      [2, 'failed', 'throw'],
      [3, 'completed', 'return'],
    ])
    const errors = job.attempts.map(({ error }) => error)
    expect(errors.map((error) => error?.message)).toEqual(['attempt 1 failed', 'attempt 2 failed', undefined])
    for (const error of errors.slice(0, 2)) {
      expect(error?.stack).toContain(`at third (${project.path('tasks/flaky.ts')}:9:11)`)
      expect(error?.stack).not.toMatch(/dist|node:/)
    }
  })

  test('Retries end after the last one; errors that forbid a retry end the job at once. Both are exit code 1.', async () => {
    const names = ['always', 'never', 'declined', 'strange', 'callback']
    const runs = await Promise.all(names.map((name) => project.run(['run', `flaky.${name}`, '--json'])))
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1, 1])
    const jobs = runs.map(({ stdout }) => JSON.parse(stdout))
    expect(
      jobs.map(({ state, reason, attempts, error }) => [
        state,
        reason,
        attempts.length,
        `${error.name}: ${error.message}`,
      ]),
    ).toEqual([
      ['failed', 'error', 4, 'TypeError: always'],
      ['failed', 'error', 1, 'NonRetryableError: no use'],
      ['failed', 'error', 1, 'CardDeclined: no money'],
      ['failed', 'error', 1, 'NonError: thrown value: "a text"'],
      ['failed', 'error', 1, 'RangeError: in a callback'],
    ])
  })

  test('RetryLater uses up no retry; a result that is no JSON fails the job without one.', async () => {
    const [later, mangled] = await Promise.all([
      project.json(['run', 'flaky.later']),
      project.json(['run', 'flaky.mangled']),
    ])
    expect(later).toMatchObject({ state: 'completed', attempt: 4, failures: 0, result: 'asked three times' })
    expect(mangled).toMatchObject({ state: 'failed', attempt: 1, maxRetries: 3 })
    expect(mangled.error?.message).toContain('result.total[0] is a BigInt')
  })
})
