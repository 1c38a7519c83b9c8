import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable } from './table.js'

const folder = join(import.meta.dirname, '../../docs/adr')

const introduction = `# Decisions

<!-- npm run docs:update makes this page from the files beside it; a test compares it -->

An architecture decision record (ADR) says why something is built as it is: the context, the choice and its cost. To add one, copy the
form of the newest file, take the next number, and run \`npm run docs:update\`. A decision that no longer holds is not removed: it gets
the status "superseded by N".
`

/** The text of docs/adr/README.md. Throws an Error that names a file whose head is not as it must be. */
export function adrIndex(): string {
  const files = readdirSync(folder).filter((file) => /^\d{4}-/.test(file))
  const rows = files.sort().map(rowOf)
  return `${introduction}\n${markdownTable(['number', 'title', 'status', 'date'], rows)}\n`
}

function rowOf(file: string): readonly string[] {
  const text = readFileSync(join(folder, file), 'utf8')
  const head =
    /^# (\d+)\. (.+)\n\nStatus: (accepted|superseded by \d+)\. Date: (\d{4}-\d\d-\d\d)\.( Supersedes \d+\.)?\n\n/.exec(
      text,
    )
  const [, number = '', title = '', status = '', date = ''] = head ?? []
  if (Number(number) !== Number(file.slice(0, 4))) {
    throw new Error(
      `docs/adr/${file} must begin with "# N. Title", an empty line and "Status: accepted. Date: 2026-11-28."`,
    )
  }
  return [number, `[${title}](${file})`, status, date]
}
