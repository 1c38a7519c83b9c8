/** The long form of the fault suite: `OFFSTAGE_FAULTS=long npm run test:faults`. */
export const long = process.env.OFFSTAGE_FAULTS === 'long'

/** Decides what is killed when; printed with each test, and given again by `OFFSTAGE_SEED`. */
export const seed = Number(process.env.OFFSTAGE_SEED ?? Date.now() % 1_000_000)
