import { expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { FromTaskProcess } from '../../../src/engine/ipc/from-task-process.js'
import { Outbox } from '../../../src/engine/task-process/outbox.js'
import { someTurns } from '../../support/attempts.js'

function opened() {
  const posted: string[] = []
  const worded = (message: FromTaskProcess) => {
    if (message.type === 'output') return `output of ${message.output.map(({ id, text }) => `${id} ${text}`)}`
    if (message.type !== 'turn') return message.type
    const turn = message.isNew ? 'turn' : 'same turn'
    return `${turn}: started ${message.started.map(([id]) => id)}, ended ${message.ends.map(([id]) => id)}`
  }
  const outbox = new Outbox((message) => posted.push(worded(message)), systemClock)
  const output = (id: string, text: string) => outbox.output({ id, attempt: 1, stream: 'stdout', text, at: 1 })
  const end = (id: string) =>
    outbox.end({ id, attempt: 1, report: { kind: 'returned', resultJson: 'null', startedAt: 1, endedAt: 2 } })
  return { outbox, posted, output, end }
}

test('Ends of one turn go together, after the output before them.', async () => {
  const { posted, output, end } = opened()
  output('j1', 'a')
  end('j1')
  output('j2', 'b')
  end('j2')
  await someTurns()
  expect(posted).toEqual(['output of j1 a,j2 b', 'turn: started , ended j1,j2'])
})

test('What a job writes after its end follows that end.', async () => {
  const { posted, output, end } = opened()
  end('j1')
  output('j1', 'late')
  await someTurns()
  expect(posted).toEqual(['turn: started , ended j1', 'output of j1 late'])
})

test('A turn follows the start of jobs, even if nothing happens in it.', async () => {
  const { outbox, posted } = opened()
  outbox.started([{ id: 'j1', attempt: 1 }])
  expect(posted).toEqual(['turn: started j1, ended '])
  await someTurns()
  expect(posted).toEqual(['turn: started j1, ended ', 'turn: started , ended '])
  await someTurns()
  expect(posted).toHaveLength(2)
})

test('Ends that are sent while first lines run do not say that the turn is over.', async () => {
  const { outbox, posted, end } = opened()
  outbox.started([{ id: 'j1', attempt: 1 }])
  end('j2')
  outbox.progress({ id: 'j1', attempt: 1, fraction: 0.5, message: null })
  await someTurns()
  expect(posted).toEqual([
    'turn: started j1, ended ',
    'progress',
    'same turn: started , ended j2',
    'turn: started , ended ',
  ])
})

test('Progress in the first lines of a job is no end of that turn.', async () => {
  const { outbox, posted } = opened()
  outbox.started([{ id: 'j1', attempt: 1 }])
  outbox.progress({ id: 'j1', attempt: 1, fraction: 0.5, message: null })
  expect(posted).toEqual(['turn: started j1, ended ', 'progress'])
  await someTurns()
  expect(posted).toEqual(['turn: started j1, ended ', 'progress', 'turn: started , ended '])
})
