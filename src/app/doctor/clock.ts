import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import { zoneOfMachine } from '../../machine-zone.js'
import type { Store } from '../../stores/store.js'
import { clockText } from '../schedules/clock-text.js'
import { type Checked, type Patient, problem, type Trouble, warning } from './finding.js'

// Clocks of two machines that share a store may differ by a little.
const toleranceMs = 60_000

/** Whether the clock and the zone can be right: by what the store has from the future, and by TZ. */
export async function checkClock({ store }: Patient): Promise<Checked> {
  const now = systemClock.now()
  const ofStore = store === null ? [] : [...(await futureJobs(store, now)), ...(await silentSchedules(store, now))]
  const troubles = [...ofStore, ...unknownZone()]
  return troubles.length > 0 ? troubles : `${new Date(now).toISOString()}, zone ${zoneOfMachine().name}`
}

async function futureJobs(store: Store, now: EpochMs): Promise<readonly Trouble[]> {
  const [job] = (await store.jobs({}, { limit: 1, after: null })).items
  if (job === undefined || job.createdAt - now < toleranceMs) return []
  const message = `the newest job, ${job.id}, was made ${formatDuration(job.createdAt - now)} in the future: was the clock set?`
  return [problem(message, 'compare it with the real time: timedatectl status')]
}

/** A schedule counts its times from the last one that it decided, which was ahead if the clock was. */
async function silentSchedules(store: Store, now: EpochMs): Promise<readonly Trouble[]> {
  return (await store.schedules()).flatMap((schedule) => {
    const text = clockText(schedule, now)
    if (text === null) return []
    const message = `schedule ${schedule.name} ${text.what}`
    return [text.isSilent ? problem(message, text.hint) : warning(message, text.hint)]
  })
}

/** Node takes a zone that it does not know for UTC, without a word. */
function unknownZone(): readonly Trouble[] {
  const { unknown } = zoneOfMachine()
  if (unknown === null) return []
  const setting = unknown === '/etc/localtime' ? unknown : `TZ=${unknown}`
  return [warning(`${setting} names no time zone, and is taken as UTC`, 'write a name such as Europe/Berlin')]
}
