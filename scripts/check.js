// Runs the checks one after the other, each with a time budget that is printed beside its time. The last line counts the
// tests of all of them. `--long` adds the long forms; names as arguments run only those.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuseOldNode } from '../bin/node-version.js'
import { layers, longOverRedis, overRedis } from './layers.js'
import { nodeBinary, nodeVersions } from './nodes.js'

refuseOldNode()
const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'offstage-check-'))
const own = process.versions.node
const budgets = new Map(layers.map(({ name, budgetSeconds }) => [name, budgetSeconds]))

/** A program of the checkout, run by this very Node. */
const tool = (file, ...args) => [process.execPath, join(root, 'node_modules', file), ...args]
const npmRun = (name, ...args) => ['npm', 'run', '-s', name, ...args]

/** The test files of a layer, or these of them, on a Node of that version. */
const tests = (
  layerName,
  name = layerName,
  { version = own, env = {}, budgetSeconds = budgets.get(layerName), files = [] } = {},
) => ({
  name,
  budgetSeconds,
  report: join(reports, `${name}.json`),
  env,
  command() {
    const node = version === own ? process.execPath : nodeBinary(version)
    const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${this.report}`]
    return [node, join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files, '--project', layerName, ...output]
  },
})
const redis = ({ name, layer, files, budgetSeconds }) =>
  tests(layer, name, { env: { OFFSTAGE_TEST_STORE: 'redis' }, budgetSeconds, files })
const step = (name, budgetSeconds, command) => ({ name, budgetSeconds, command: () => command })

const short = [
  step('lint', 30, tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')),
  step('typecheck', 30, tool('typescript/bin/tsc', '-p', 'tsconfig.test.json')),
  step('build', 30, npmRun('build')),
  ...layers.flatMap(({ name }) =>
    name === 'modules' ? nodeVersions.map((version) => tests(name, `${name}-${version}`, { version })) : tests(name),
  ),
  ...overRedis.map(redis),
  step('node', 10, [process.execPath, join(root, 'scripts/check-node.js')]),
  step('package', 180, [process.execPath, join(root, 'scripts/install-matrix.js')]),
]
const long = [
  ...longOverRedis.map(redis),
  step('package-long', 900, [process.execPath, join(root, 'scripts/install-matrix.js'), '--long']),
  tests('faults', 'faults-long', { env: { OFFSTAGE_FAULTS: 'long' }, budgetSeconds: 3600 }),
]

const args = process.argv.slice(2)
const names = args.filter((arg) => !arg.startsWith('--'))
const all = args.includes('--long') ? [...short, ...long] : short
const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) !== index)
// Each would write over the report of the other.
if (twice !== undefined) throw new Error(`two steps are named ${twice.name}; name them apart`)
const chosen = names.length === 0 ? all : all.filter(({ name }) => names.some((wanted) => name.startsWith(wanted)))
const counts = { passed: 0, failed: 0, skipped: 0 }
const rows = []
for (const suite of chosen) {
  console.log(`\n== ${suite.name}`)
  const [file, ...rest] = suite.command()
  const started = performance.now()
  const { status } = spawnSync(file, rest, { cwd: root, stdio: 'inherit', env: { ...process.env, ...suite.env } })
  const seconds = Math.round((performance.now() - started) / 1000)
  const counted = suite.report === undefined ? null : count(suite.report)
  for (const key of Object.keys(counts)) counts[key] += counted?.[key] ?? 0
  rows.push({
    ...suite,
    seconds,
    counted,
    isGood: status === 0 && (counted?.failed ?? 0) === 0,
  })
}
rmSync(reports, { recursive: true, force: true })

console.log(`\nNode ${own}\n${'suite'.padEnd(18)}${'seconds'.padStart(8)}${'budget'.padStart(8)}  result`)
for (const { name, seconds, budgetSeconds, counted, isGood } of rows) {
  const result = `${isGood ? 'ok' : 'FAILED'}${seconds > budgetSeconds ? ', over its budget' : ''}`
  const tested = counted === null ? '' : `, ${counted.passed} passed`
  console.log(
    `${name.padEnd(18)}${String(seconds).padStart(8)}${String(budgetSeconds).padStart(8)}  ${result}${tested}`,
  )
}
const total = rows.reduce((sum, { seconds }) => sum + seconds, 0)
console.log(`${'all'.padEnd(18)}${String(total).padStart(8)}`)
const broken = rows.filter(({ isGood }) => !isGood)
// Whoever sees only the end of the output learns what failed.
for (const { name, counted } of broken)
  for (const { test, why } of counted?.failures ?? []) console.log(`\n${name}: ${test}\n  ${why}`)
// A step that is no test counts as one when it fails, so that the last line never looks clean beside it.
counts.failed += broken.filter(({ counted }) => counted === null || counted.failed === 0).length
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
if (broken.length > 0) process.exitCode = 1

function count(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests + numTodoTests,
      failures: testResults.flatMap(failuresOf),
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: [] } // it ended before it could report
  }
}

/** What failed in a test file, or the file itself: `why` is the first lines of the error. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name)
  const failures = assertionResults
    .filter((result) => result.status === 'failed')
    .map(({ fullName, failureMessages }) => ({ test: `${file}: ${fullName}`, why: beginning(failureMessages[0]) }))
  return status === 'failed' && failures.length === 0 ? [{ test: file, why: beginning(message) }] : failures
}

function beginning(text = '') {
  return text.split('\n', 4).join('\n  ').slice(0, 600)
}
