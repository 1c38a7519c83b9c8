import { afterEach, describe, expect, test } from 'vitest'
import type { RunningAttempt } from '../../../src/engine/attempts/running-attempt.js'
import { systemClock } from '../../../src/engine/clock.js'
import type { SlotEvent, StartHost } from '../../../src/engine/hosts/task-host.js'
import { ProcessSlot } from '../../../src/engine/pool/process-slot.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { claimedAttempt, idsOf, someTurns } from '../../support/attempts.js'
import { type FakeHost, fakeHosts, taskInfo } from '../../support/fake-host.js'

const slots: ProcessSlot[] = []
afterEach(async () => {
  for (const slot of slots.splice(0)) await slot.end()
})

/** A slot whose process is ready, with what it reported, in words. */
async function openSlot(mode: 'shared' | 'exclusive' = 'shared') {
  const fakes = fakeHosts([taskInfo('hello')])
  const reported: string[] = []
  const slot = new ProcessSlot(
    systemClock,
    fakes.start,
    (_, event) => void (isNoNews(event) || reported.push(worded(event))),
    mode,
  )
  slots.push(slot)
  await someTurns()
  reported.length = 0
  const host = (index = 0): FakeHost => {
    const found = fakes.hosts[index]
    if (found === undefined) throw new Error(`there is no host ${index}`)
    return found
  }
  return { slot, host, hosts: fakes.hosts, reported }
}

/** That a turn has passed in which jobs started one by one. */
function isNoNews(event: SlotEvent<RunningAttempt>): boolean {
  return event.type === 'turned' && event.attempts.length === 0
}

function worded(event: SlotEvent<RunningAttempt>): string {
  switch (event.type) {
    case 'started':
    case 'returned':
      return `${event.type} ${idsOf(event.attempts)}`
    case 'turned':
      return `turned ${idsOf(event.attempts)}`
    case 'finished':
      return `finished ${idsOf(event.ends.map(({ attempt }) => attempt))}`
    case 'exited':
      return `exited with ${idsOf(event.running)}`
    case 'output':
      return `output of ${event.output.map(({ id }) => id ?? 'nobody')}`
    default:
      return event.type
  }
}

describe('a slot', () => {
  test('Runs as many of its jobs as its share says; the others wait in the process, and start as those end.', async () => {
    const { slot, host, reported } = await openSlot()
    slot.share = 2
    slot.handOver(['j1', 'j2', 'j3'].map((id) => claimedAttempt(id)))
    await someTurns()
    expect([slot.count, slot.buffered, idsOf(slot.running)]).toEqual([3, 1, ['j1', 'j2']])
    host().finish('j1')
    expect(reported).toEqual(['started j1,j2', 'turned j2', 'finished j1', 'started j3'])
    expect([slot.count, slot.buffered, slot.jobsEnded]).toEqual([2, 0, 1])
  })

  test('Reports nothing of an attempt that it does not have, such as an earlier one of the same job.', async () => {
    const { slot, host, reported } = await openSlot()
    slot.handOver([claimedAttempt('j1', { attempt: 1 })])
    await someTurns()
    slot.clear()
    slot.handOver([claimedAttempt('j1', { attempt: 2 })])
    host().finish('j1')
    await someTurns()
    expect(reported).toEqual(['started j1', 'started j1'])
    host().finish('j1')
    expect(reported.at(-1)).toBe('finished j1')
  })

  test('Asks once for what waits, and takes no more until its process has answered.', async () => {
    const { slot, host, reported } = await openSlot()
    slot.handOver(['j1', 'j2'].map((id) => claimedAttempt(id)))
    await someTurns()
    expect([slot.isOpen, slot.recall(), slot.recall(), slot.isOpen]).toEqual([true, true, false, false])
    await someTurns()
    expect([slot.isOpen, slot.recall(), reported.at(-1)]).toEqual([true, false, 'returned j2'])
    expect(host().asked).toEqual(['recall'])
  })

  test('Gives back what waited when its process dies, reports what ran as lost, and gets another process.', async () => {
    const { slot, host, hosts, reported } = await openSlot()
    slot.handOver(['j1', 'j2'].map((id) => claimedAttempt(id)))
    await someTurns()
    host().die()
    expect(reported.slice(1)).toEqual(['returned j2', 'exited with j1'])
    expect([slot.count, slot.ready]).toEqual([0, false])
    await expect.poll(() => hosts.length).toBe(2)
    await someTurns()
    expect(slot.ready).toBe(true)
  })

  test('Takes no job and gets no other process once it drains; what runs goes on.', async () => {
    const { slot, host, hosts, reported } = await openSlot()
    slot.handOver(['j1', 'j2'].map((id) => claimedAttempt(id)))
    await someTurns()
    slot.drain()
    await someTurns()
    expect([slot.isOpen, idsOf(slot.running), reported.at(-1)]).toEqual([false, ['j1'], 'returned j2'])
    host().die()
    await someTurns()
    expect([hosts.length, slot.ready]).toEqual([1, false])
  })

  test('That is for one job gets no other process once it has had it.', async () => {
    const { slot, host, hosts, reported } = await openSlot('exclusive')
    slot.handOver([claimedAttempt('j1')])
    await someTurns()
    host().die()
    await someTurns()
    expect([reported, hosts.length]).toEqual([['started j1', 'exited with j1'], 1])
  })

  test('Takes what is written past the capture for that of the only job that runs, if there is one.', async () => {
    const { slot, host, reported } = await openSlot()
    slot.share = 2
    const write = () => host().write('words')
    write()
    slot.handOver([claimedAttempt('j1')])
    await someTurns()
    write()
    slot.handOver([claimedAttempt('j2')])
    await someTurns()
    write()
    expect(reported.filter((word) => word.startsWith('output'))).toEqual([
      'output of nobody',
      'output of j1',
      'output of nobody',
    ])
  })

  test('Kills its process at its end if jobs are in it, or lets it end by itself; it reports nothing more.', async () => {
    const busy = await openSlot()
    busy.slot.handOver([claimedAttempt('j1')])
    await someTurns()
    await busy.slot.end()
    const idle = await openSlot()
    await idle.slot.end()
    expect([busy.reported, idle.reported]).toEqual([['started j1'], []])
    expect([busy.host(), idle.host()].map(({ isOver, asked }) => [isOver, asked])).toEqual([
      [true, ['kill']],
      [true, ['end']],
    ])
  })

  test('Kills nothing for an attempt that has left it: its process may run others by then.', async () => {
    const { slot, host } = await openSlot()
    const attempt = claimedAttempt('j1')
    slot.handOver([attempt])
    await someTurns()
    host().finish('j1')
    slot.terminate(attempt)
    slot.kill(attempt)
    expect(host().asked).toEqual([])
  })

  test('Is not ready any more once it ends, even while its process still is.', async () => {
    const { slot, host } = await openSlot()
    const ended = slot.end()
    expect([slot.ready, host().ready]).toEqual([false, true])
    await ended
  })

  test('Tries again when the system cannot start its next process, however often.', async () => {
    const clock = movableClock(systemClock)
    const fakes = fakeHosts([taskInfo('hello')])
    let starts = 0
    const start: StartHost = (emit) => {
      starts++
      if (starts > 1 && starts < 9) throw new Error('spawn EAGAIN')
      return fakes.start(emit)
    }
    const slot = new ProcessSlot(clock, start, () => {}, 'shared')
    slots.push(slot)
    await someTurns()
    fakes.hosts[0]?.die()
    await clock.advance(120_000)
    await someTurns()
    expect([starts, slot.ready, slot.exitsWhileLoading]).toEqual([9, true, 0])
  })

  test('Does not take a process that could not be started for one that its modules ended.', async () => {
    const clock = movableClock(systemClock)
    const fakes = fakeHosts([taskInfo('hello')], () => true)
    const slot = new ProcessSlot(clock, fakes.start, () => {}, 'shared')
    slots.push(slot)
    for (let index = 0; index < 6; index++) {
      fakes.hosts[index]?.die({ code: null, signal: null })
      await clock.advance(20_000)
    }
    expect([fakes.hosts.length, slot.exitsWhileLoading]).toEqual([7, 0])
  })

  test('Says of jobs that started behind another one when they have run their first lines.', async () => {
    const { slot, host, reported } = await openSlot()
    slot.share = 3
    host().isStuck = true
    slot.handOver(['j1', 'j2', 'j3'].map((id) => claimedAttempt(id)))
    await someTurns()
    expect(reported).toEqual(['started j1,j2,j3'])
    host().reportActivity(1_000)
    expect(reported).toEqual(['started j1,j2,j3', 'turned j2,j3'])
  })
})
