import type { EpochMs } from '../../domain/job.js'
import { safeXml } from '../../views/sanitise.js'

/** One suite, as the readers of JUnit's XML know it. */
export interface TestSuite {
  readonly name: string
  readonly startedAt: EpochMs
  readonly durationMs: number
  readonly cases: readonly TestCase[]
}

export interface TestCase {
  readonly className: string
  readonly name: string
  /** Where the test is, from the root of the project; null if unknown. */
  readonly file: string | null
  readonly durationMs: number
  readonly properties: Readonly<Record<string, string>>
  /** null: it passed. */
  readonly problem: TestProblem | null
  /** What it printed. */
  readonly stdout: string
  readonly stderr: string
}

/** A `failure` is what the test found, an `error` what kept it from finding anything. */
export interface TestProblem {
  readonly kind: 'failure' | 'error'
  readonly type: string
  readonly message: string
  /** The stack, or whatever else there is to say. */
  readonly text: string
}

/** The suite as JUnit XML: one `<testsuite>`, with a `<testcase>` for each case. */
export function junitXml({ name, startedAt, durationMs, cases }: TestSuite): string {
  const count = (kind: TestProblem['kind']) => cases.filter(({ problem }) => problem?.kind === kind).length
  const head = tag('testsuite', {
    name,
    tests: String(cases.length),
    failures: String(count('failure')),
    errors: String(count('error')),
    skipped: '0',
    time: seconds(durationMs),
    // In UTC. The strictest schema in use forbids a fraction and a zone.
    timestamp: new Date(startedAt).toISOString().slice(0, 19),
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<${head}>`, ...cases.map(caseXml), '</testsuite>', ''].join('\n')
}

function caseXml({ className, name, file, durationMs, properties, problem, stdout, stderr }: TestCase): string {
  const place = file === null ? {} : { file }
  const head = tag('testcase', { classname: className, name, ...place, time: seconds(durationMs) })
  // In this order: schemas ask for it.
  const inside = [
    ...propertiesXml(properties),
    ...(problem === null ? [] : [problemXml(problem)]),
    ...(stdout === '' ? [] : [`    <system-out>${escaped(stdout)}</system-out>`]),
    ...(stderr === '' ? [] : [`    <system-err>${escaped(stderr)}</system-err>`]),
  ]
  return inside.length === 0 ? `  <${head}/>` : [`  <${head}>`, ...inside, '  </testcase>'].join('\n')
}

function problemXml({ kind, type, message, text }: TestProblem): string {
  return `    <${tag(kind, { message, type })}>${escaped(text)}</${kind}>`
}

function propertiesXml(properties: TestCase['properties']): readonly string[] {
  const each = Object.entries(properties).map(([name, value]) => `      <${tag('property', { name, value })}/>`)
  return each.length === 0 ? [] : ['    <properties>', ...each, '    </properties>']
}

function tag(name: string, attributes: Readonly<Record<string, string>>): string {
  return [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${inAttribute(value)}"`)].join(' ')
}

function seconds(durationMs: number): string {
  return (durationMs / 1_000).toFixed(3)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
// XML 1.0 has no way to write these, not even as numbers.
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function escaped(text: string): string {
  const allowed = text.replace(forbidden, '\ufffd')
  return safeXml(allowed.replace(/[&<>"]/g, (character) => entities[character] ?? ''))
}

/** XML readers turn line ends and tabs of an attribute into spaces, unless they are written as numbers. */
function inAttribute(text: string): string {
  return escaped(text).replace(/[\t\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}
