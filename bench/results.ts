import type { EmbeddedServer } from './embedded/measure-embedded.js'
import type { Machine } from './machine.js'
import type { Rate } from './measure.js'
import type { Millions } from './millions.js'
import type { PickUp } from './pick-up.js'
import type { BesideBullmq } from './redis/measure-redis.js'
import type { RedisScale } from './redis/measure-redis-scale.js'
import type { StartUp } from './startup.js'

/** What was measured. A part that was not is empty or null. */
export interface Figures {
  readonly machine: Machine
  readonly quick: boolean
  readonly rates: readonly Rate[]
  /** The systems that were left out, with the program that each of them lacks. */
  readonly leftOut: readonly { readonly system: string; readonly missing: string }[]
  readonly pickUps: readonly PickUp[]
  readonly millions: Millions | null
  readonly startUp: readonly StartUp[]
  readonly embedded: readonly EmbeddedServer[]
  readonly redis: BesideBullmq | null
  readonly redisScale: RedisScale | null
}
