import { expect } from 'vitest'
import { leaseMs } from '../../src/stores/store.js'
import { noVitals } from '../support/vitals.js'
import { contract } from './harness.js'

contract('leases', (test) => {
  test('A lease holds for its time and not a moment longer.', async (subject) => {
    const id = await subject.register()
    await subject.advance(leaseMs - 1)
    expect(await subject.store.workers()).toMatchObject([{ expired: false }])
    await subject.advance(1)
    expect(await subject.store.workers()).toMatchObject([{ expired: true }])
    expect(await subject.store.beat(id, noVitals)).toBe(false)
  })

  test('A beat renews the lease from then on.', async (subject) => {
    const id = await subject.register()
    await subject.advance(leaseMs - 1)
    expect(await subject.store.beat(id, noVitals)).toBe(true)
    await subject.advance(leaseMs - 1)
    expect(await subject.store.workers()).toMatchObject([{ expired: false }])
  })

  test('A lease that is over is never extended, and the refused beat leaves no trace.', async (subject) => {
    const id = await subject.register()
    await subject.advance(leaseMs)
    const before = await subject.store.workers()
    expect(await subject.store.beat(id, { ...noVitals, rssBytes: 9 })).toBe(false)
    expect(await subject.store.beat(id, noVitals)).toBe(false)
    expect(await subject.store.workers()).toEqual(before)
  })

  test('A beat of a worker that is gone, or never was, answers false.', async (subject) => {
    const id = await subject.register()
    await subject.sweep([id])
    expect(await subject.store.beat(id, noVitals)).toBe(false)
    expect(await subject.store.beat('w99', noVitals)).toBe(false)
  })

  test('Setting the clock on the wall neither ends a lease nor extends one.', async (subject) => {
    const claim = await subject.start()
    subject.clock.setWall(subject.clock.now() + 365 * 86_400_000)
    expect(await subject.store.beat(claim.worker, noVitals)).toBe(true)
    await subject.advance(leaseMs)
    subject.clock.setWall(0)
    expect(await subject.store.beat(claim.worker, noVitals)).toBe(false)
    expect(await subject.settle(claim, subject.outcome.completed())).toBe('lost')
  })

  test('A reboot ends every lease, and the next sweep takes the jobs back.', async (subject) => {
    const claim = await subject.start()
    subject.clock.reboot()
    expect(await subject.store.workers()).toMatchObject([{ expired: true }])
    expect(await subject.store.beat(claim.worker, noVitals)).toBe(false)
    expect(await subject.settle(claim, subject.outcome.completed())).toBe('lost')
    expect(await subject.sweep()).toMatchObject({ reclaimed: 1 })
  })

  test('Where no boot id is known, a clock that began anew ends the leases from before.', async (subject) => {
    subject.clock.bootId = null
    const id = await subject.register({ bootId: null })
    expect(await subject.store.beat(id, noVitals)).toBe(true)
    subject.clock.reboot()
    subject.clock.bootId = null
    expect(await subject.store.beat(id, noVitals)).toBe(false)
  })
})
