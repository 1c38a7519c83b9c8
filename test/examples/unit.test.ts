import { expect, test, vi } from 'vitest'
import { BackgroundTasks } from '../../src/index.js'

const sendEmail = (_to: string, _subject: string, _body: string) => {}

test('The tasks that were added are run, with their arguments.', async () => {
  const sent = vi.fn(sendEmail)
  const tasks = new BackgroundTasks()
  tasks.addTask(sent, 'test@example.com', 'Test', 'Body')
  expect(sent).not.toHaveBeenCalled()
  await tasks.executeAll()
  expect(sent).toHaveBeenCalledExactlyOnceWith('test@example.com', 'Test', 'Body')
})

test('A failure is logged with the name of the task, not thrown.', async () => {
  const logger = { warn: vi.fn(), error: vi.fn() }
  const tasks = new BackgroundTasks({ logger })
  tasks.addTask(function failingTask() {
    throw new Error('it does not work')
  })
  await tasks.executeAll()
  expect(logger.error).toHaveBeenCalledTimes(1)
  const [line] = logger.error.mock.calls[0] ?? []
  expect(line).toMatch(/failingTask.*it does not work/)
})
