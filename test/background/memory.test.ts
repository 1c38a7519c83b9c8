import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { BackgroundTasks, TaskMonitor } from '../../src/index.js'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

async function usedMb(): Promise<number> {
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed / 2 ** 20
}

test('After 100,000 tasks the memory of an instance that lives on is what it was.', async () => {
  const tasks = new BackgroundTasks({ maxConcurrent: 100 })
  let sum = 0
  const add = (count: number) => {
    for (let n = 0; n < count; n++) {
      tasks.addTask(async (buffer: readonly number[]) => {
        await null
        sum += buffer.length
      }, Array(16).fill(n))
    }
    return tasks()
  }
  await add(1_000)
  const before = await usedMb()
  await add(100_000)
  const after = await usedMb()
  expect(sum).toBe(16 * 101_000)
  expect(after - before).toBeLessThan(2)
})

test('A monitor needs no more memory for a million tasks of many names.', async () => {
  const monitor = new TaskMonitor({ maxTasks: 100 })
  const count = (tasks: number) => {
    for (let n = 0; n < tasks; n++) monitor.taskCompleted(`task ${n % 50_000}`, n % 1_000)
  }
  count(1_000)
  const before = await usedMb()
  count(1_000_000)
  expect((await usedMb()) - before).toBeLessThan(2)
  expect(monitor.totalTasks).toBe(1_001_000)
})
