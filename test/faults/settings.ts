/** The long form of the fault tests: `OFFSTAGE_FAULTS=long npm run test:faults`. */
export const long = process.env.OFFSTAGE_FAULTS === 'long'
