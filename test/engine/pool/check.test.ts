import { expect, test } from 'vitest'
import { TaskPool } from '../../../src/engine/pool/task-pool.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { FakeHost, taskInfo } from '../../support/fake-host.js'

class SilentHost extends FakeHost {
  override check(): Promise<never> {
    return new Promise(() => {})
  }
}

test('A schema that gives no answer within a minute is named; one that answers is not waited for.', async () => {
  const clock = movableClock()
  const tasks = [taskInfo('slow')]
  const poolOf = (Host: typeof FakeHost) =>
    new TaskPool({ cwd: '/', start: (emit) => new Host(emit, tasks) }, clock, () => {})
  const silent = poolOf(SilentHost).check([{ task: 'slow', argsJson: '[]' }])
  const refused = expect(silent).rejects.toThrow('slow: the schema gave no answer within a minute')
  await clock.advance(60_000)
  await refused
  expect(await poolOf(FakeHost).check([{ task: 'slow', argsJson: '[]' }])).toEqual([null])
})
