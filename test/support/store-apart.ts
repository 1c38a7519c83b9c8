import { join } from 'node:path'
import type { Clock } from '../../src/domain/clock.js'
import { type ApartLocation, openStoreIn } from '../../src/stores/apart/store.js'
import { type RemoteObject, StoreProcess } from '../../src/stores/apart/store-process.js'
import type { Store } from '../../src/stores/store.js'

/** What a clock shows. */
export interface ClockTime {
  readonly now: number
  readonly monotonicMs: number
  readonly bootId: string | null
}

// One for all tests of a file: to start it from source takes half a second. It ends with the process of the tests.
const storeProcess = new StoreProcess({
  entry: join(import.meta.dirname, 'moved-store-process.ts'),
  execArgv: ['--import', import.meta.resolve('tsx')],
})
let times: Promise<RemoteObject> | null = null

/** A store in a process of its own, whose clock shows what the clock of the test shows. */
export async function openMovedStore(location: ApartLocation, clock: Clock): Promise<Store> {
  times ??= storeProcess.open({ opener: 'times', options: null }, () => {})
  const remoteTimes = await times
  const sendTime = () => {
    const time: ClockTime = { now: clock.now(), monotonicMs: clock.monotonicMs(), bootId: clock.bootId }
    return remoteTimes.call({ method: 'set', args: [location.path, time], isWait: false })
  }
  await sendTime()
  const store = await openStoreIn(storeProcess, location, clock)
  return new Proxy(store, {
    get(target, method) {
      // Sent before the call, which is carried out after it.
      void sendTime()
      return Reflect.get(target, method)
    },
  })
}
