import { OffstageError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import { defaultStoreUrl, openStoreForReading, parseStoreUrl, type StoreLocation } from '../../open.js'
import { findProject } from '../../project/find.js'
import { type GlobalFlags, readContext, startingFolder } from '../context.js'
import { checkClock } from './clock.js'
import { checkDisk } from './disk.js'
import {
  type Checked,
  type CheckName,
  checkNames,
  type Finding,
  type Patient,
  problem,
  type Trouble,
} from './finding.js'
import { checkDriver, checkNode } from './node.js'
import { checkConfig, checkTasks } from './project.js'
import { checkStore } from './store.js'
import { checkCache, checkLimits } from './system.js'
import { checkWorkers } from './workers.js'

const checks: Readonly<Record<CheckName, (patient: Patient) => Checked | Promise<Checked>>> = {
  node: checkNode,
  driver: checkDriver,
  config: checkConfig,
  tasks: checkTasks,
  store: checkStore,
  disk: checkDisk,
  clock: checkClock,
  workers: checkWorkers,
  cache: checkCache,
  limits: checkLimits,
}

/**
 * Looks for what is wrong with the installation, the project and its store. Changes nothing. A check that fails is a
 * finding too. Throws UsageError only for a starting folder that is not there.
 */
export async function diagnose(flags: GlobalFlags, isThorough: boolean): Promise<readonly Finding[]> {
  const from = startingFolder(flags.cwd)
  const read = await attempt(() => readContext(flags))
  const context = 'value' in read ? read.value : null
  const location = context?.location ?? storeWithoutConfig(flags, from)
  const opened = await attempt(() => openStoreForReading(location, systemClock))
  // If it cannot be opened, the check of the store says why, and no other one says it again.
  const store = 'value' in opened ? opened.value : null
  try {
    const unopened = 'trouble' in opened ? opened.trouble : null
    const patient = { from, context, location, store, unopened, isThorough }
    return await allFindings(patient, 'trouble' in read ? read.trouble : null)
  } finally {
    await store?.close()
  }
}

async function allFindings(patient: Patient, faultOfConfig: Trouble | null): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const check of checkNames) {
    const isFaulty = check === 'config' && faultOfConfig !== null
    const checked = isFaulty ? [faultOfConfig] : await troublesOf(checks[check], patient)
    if (checked === null) continue
    if (typeof checked === 'string') findings.push({ check, status: 'ok', message: checked, fix: null })
    else findings.push(...checked.map((trouble) => ({ check, ...trouble })))
  }
  return findings
}

async function troublesOf(check: (patient: Patient) => Checked | Promise<Checked>, patient: Patient): Promise<Checked> {
  const done = await attempt(async () => check(patient))
  return 'value' in done ? done.value : [done.trouble]
}

async function attempt<T>(use: () => Promise<T>): Promise<{ readonly value: T } | { readonly trouble: Trouble }> {
  try {
    return { value: await use() }
  } catch (thrown) {
    if (thrown instanceof OffstageError) return { trouble: problem(thrown.message, thrown.hint) }
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return {
      trouble: problem(`the check failed: ${message}`, 'set DEBUG=1 and run the command that fails, for the stack'),
    }
  }
}

/** Where the store probably is, if the config cannot be read. */
function storeWithoutConfig({ store }: GlobalFlags, from: string): StoreLocation {
  try {
    if (store !== undefined) return parseStoreUrl(store, process.cwd(), from)
  } catch {} // the check of the config says what is wrong with it
  return parseStoreUrl(defaultStoreUrl, findProject(from)?.root ?? from)
}
