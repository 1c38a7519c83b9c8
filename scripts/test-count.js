// The closing line of a test run, from the runner's own report.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(new URL('../test-report.json', import.meta.url), 'utf8'))
console.log(
  `${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests + report.numTodoTests} skipped`,
)
if (report.numTotalTests === 0 || !report.success) process.exitCode = 1
