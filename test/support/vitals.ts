import type { WorkerVitals } from '../../src/stores/store.js'

/** A beat that reports nothing. */
export const noVitals: WorkerVitals = { processes: [], rssBytes: null }
