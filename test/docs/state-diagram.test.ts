import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type JobState, jobStates } from '../../src/domain/job.js'
import { transitions } from '../../src/domain/transitions.js'

const file = new URL('../../docs/jobs.md', import.meta.url)
const marked = /(<!-- states:.*?-->\n)([\s\S]*?)(<!-- \/states -->)/

test('the diagram of the docs is made from the transition table', () => {
  const text = readFileSync(file, 'utf8')
  const diagram = `\`\`\`mermaid\nstateDiagram-v2\n${jobStates.flatMap(arrowsFrom).join('\n')}\n\`\`\`\n`
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text.replace(marked, `$1${diagram}$3`))
  else expect(marked.exec(text)?.[2]).toBe(diagram)
})

function arrowsFrom(from: JobState): string[] {
  return Object.entries(transitions[from]).map(([to, why]) => `  ${from} --> ${to}: ${why}`)
}
