export { type AnyTestEngine, assertEnqueued, assertNotEnqueued, type JobFields } from './assertions.js'
export { createTestEngine, type TestEngineOptions } from './create-test-engine.js'
export type { TestEngine } from './test-engine.js'
export { withCurrentJob } from './with-current-job.js'
