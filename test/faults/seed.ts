import { seededRandom } from '../support/ledger.js'
import { long } from './settings.js'

/**
 * Decides what is killed and when. The short form, which CI runs, has the same seed each time, so that a change that broke
 * something is what made a test fail. The long form looks for new cases.
 */
export const seed = chosenSeed()

/** Numbers from 0 up to 1 that the seed decides. */
export const newRandom = (): (() => number) => seededRandom(seed)

const form = long ? 'OFFSTAGE_FAULTS=long ' : ''
console.log(`seed ${seed}; to repeat: ${form}OFFSTAGE_SEED=${seed} npm run test:faults -- FILE`)

function chosenSeed(): number {
  const { OFFSTAGE_SEED: given } = process.env
  if (given === undefined) return long ? Math.floor(Math.random() * 1_000_000) : 1
  if (!/^\d{1,9}$/.test(given)) throw new Error(`OFFSTAGE_SEED: ${JSON.stringify(given)} is not a whole number`)
  return Number(given)
}
