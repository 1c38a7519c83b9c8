import { onTestFinished } from 'vitest'
import { EngineEmitter } from '../../src/engine/events.js'
import type { Service } from '../../src/engine/services/service.js'
import { ChangeNotifier } from '../../src/stores/change-notifier.js'
import { type MovableClock, movableClock } from '../../src/testing/test-clock.js'

/** What a service is made of, and a way to start it. */
export function serviceBench() {
  const clock = movableClock()
  const notifier = new ChangeNotifier(clock)
  const from = clock.now()
  return {
    clock,
    events: new EngineEmitter(),
    changes: () => notifier.changes(),
    /** Something is stored. */
    async change(): Promise<void> {
      notifier.note()
      notifier.notify()
      await clock.advance(0)
    },
    /** Milliseconds since the beginning. */
    passed: () => clock.now() - from,
    async start(service: Service): Promise<void> {
      service.start()
      onTestFinished(() => stopService(service, clock))
      await clock.advance(0)
    },
  }
}

/** Stops a service that may wait. */
export async function stopService(service: Service, clock: MovableClock): Promise<void> {
  const stopped = service.stop()
  await clock.advance(0)
  await stopped
}
