import { expect, test } from 'vitest'
import { junitXml, type TestCase } from '../../../src/cli/run/junit.js'
import { drivesTerminal } from '../../support/terminal.js'

const passed: TestCase = {
  className: 'smoke',
  name: 'smoke.db',
  file: null,
  durationMs: 120,
  properties: {},
  problem: null,
  stdout: '',
  stderr: '',
}
const suiteOf = (...cases: TestCase[]) =>
  junitXml({ name: 'smoke.*', startedAt: Date.UTC(2026, 10, 24, 18, 5, 9, 7), durationMs: 2_400, cases })
const failed = (message: string, text = ''): TestCase => ({
  ...passed,
  problem: { kind: 'failure', type: 'Error', message, text },
})

test('A suite counts its cases, and each case says what became of it.', () => {
  const slow: TestCase = {
    ...passed,
    name: 'smoke.slow',
    durationMs: 1_004,
    problem: { kind: 'error', type: 'timeout', message: 'too long', text: 'TimeoutError: too long' },
  }
  expect(suiteOf(passed, failed('no route', 'Error: no route\n    at mail'), slow)).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="smoke.*" tests="3" failures="1" errors="1" skipped="0" time="2.400" timestamp="2026-11-24T18:05:09">
  <testcase classname="smoke" name="smoke.db" time="0.120"/>
  <testcase classname="smoke" name="smoke.db" time="0.120">
    <failure message="no route" type="Error">Error: no route
    at mail</failure>
  </testcase>
  <testcase classname="smoke" name="smoke.slow" time="1.004">
    <error message="too long" type="timeout">TimeoutError: too long</error>
  </testcase>
</testsuite>
`,
  )
})

test('Texts are escaped, and come back as they were; line ends in an attribute too.', () => {
  const xml = suiteOf(failed('<a> & "b"\n\'c\'\t]]>', '</failure><x/>&amp;]]>'))
  expect(xml).toContain('message="&lt;a&gt; &amp; &quot;b&quot;&#10;\'c\'&#9;]]&gt;"')
  expect(xml).toContain('>&lt;/failure&gt;&lt;x/&gt;&amp;amp;]]&gt;</failure>')
})

test('What XML cannot carry is replaced, half a surrogate pair too; a whole one stays.', () => {
  const xml = suiteOf(failed('\0\u0008\u001b[31m\ufffe\uffff', 'a\ud800b \udc00 \u{1f600}'))
  expect(xml).toContain('message="\ufffd\ufffd\ufffd[31m\ufffd\ufffd"')
  expect(xml).toContain('>a\ufffdb \ufffd \u{1f600}</failure>')
})

test('What could drive a terminal or hide on it is written as a number.', () => {
  const xml = suiteOf(failed('\u009b31m\u202e\u007f', 'one\r\ntwo'))
  expect(drivesTerminal(xml)).toBeNull()
  expect(xml).toContain('message="&#155;31m&#8238;&#127;"')
  expect(xml).toContain('>one&#13;\ntwo</failure>')
})

test('A case has its file, its properties and what it printed, in the order that schemas ask for.', () => {
  const printing = { file: 'tasks/smoke.ts', properties: { job: 'j1' }, stdout: 'a <b>\n', stderr: 'c\u001b\n' }
  expect(suiteOf({ ...failed('no', 'Error: no'), ...printing })).toContain(
    `  <testcase classname="smoke" name="smoke.db" file="tasks/smoke.ts" time="0.120">
    <properties>
      <property name="job" value="j1"/>
    </properties>
    <failure message="no" type="Error">Error: no</failure>
    <system-out>a &lt;b&gt;
</system-out>
    <system-err>c\ufffd
</system-err>
  </testcase>
`,
  )
})
