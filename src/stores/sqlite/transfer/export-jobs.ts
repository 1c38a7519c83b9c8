import type { Usage } from '../../../domain/job.js'
import { isFinal } from '../../../domain/transitions.js'
import { type JobRecord, OutputCollector, type TransferRecord, type TransferredAttempt } from '../../transfer.js'
import { lastAttempt } from '../attempts.js'
import type { Prepared } from '../prepare.js'
import { type AttemptRow, attemptOfRow, type JobRow, jobOfRow } from '../rows.js'
import type { transferTexts } from './statements.js'

export type TransferStatements = Prepared<typeof transferTexts>

const charactersAtOnce = 2_000_000

/** All jobs by number, those of a page before their output. */
export function* jobRecords(statements: TransferStatements): Generator<readonly TransferRecord[]> {
  for (let after = 0; ; ) {
    const last = lastOfPage(statements, after)
    if (last === null) return
    const range = { first: after + 1, last }
    yield jobsOf(statements, range)
    yield* outputOf(statements, range)
    after = last
  }
}

interface Range {
  readonly first: number
  readonly last: number
}

function lastOfPage(statements: TransferStatements, after: number): number | null {
  let last: number | null = null
  let characters = 0
  for (const { id, size } of statements.sizes.all(after) as { readonly id: number; readonly size: number }[]) {
    characters += size
    if (last !== null && characters > charactersAtOnce) break
    last = id
  }
  return last
}

interface PageRow extends JobRow {
  readonly failure: number | null
  readonly held_ms: number | null
}

type OfJob = { readonly job: number }

function jobsOf(statements: TransferStatements, range: Range): readonly JobRecord[] {
  const attempts = Map.groupBy(statements.attempts.all(range) as (AttemptRow & OfJob)[], ({ job }) => job)
  const usage = new Map(
    (statements.usage.all(range) as (Usage & OfJob & { readonly attempt: number })[]).map(
      ({ job, attempt, ...used }) => [`${job} ${attempt}`, used],
    ),
  )
  const progress = new Map(
    (statements.progress.all(range) as { job: number; fraction: number; message: string | null }[]).map(
      ({ job, ...made }) => [job, made],
    ),
  )
  return (statements.jobs.all(range) as PageRow[]).map((row) => {
    const job = jobOfRow(row)
    const begun: TransferredAttempt[] = (attempts.get(row.id) ?? []).map((attempt) => ({
      ...attemptOfRow(attempt),
      usage: usage.get(`${row.id} ${attempt.attempt}`) ?? null,
      endsJob: attempt.job_state !== null,
    }))
    if (row.attempt > (begun.at(-1)?.attempt ?? 0) && row.started_at !== null) {
      const last = lastAttempt(job, row.started_at)
      begun.push({ ...last, usage: usage.get(`${row.id} ${row.attempt}`) ?? null, endsJob: isFinal(job.state) })
    }
    const { failure, held_ms: holdsKeyMs } = row
    return { kind: 'job', job, attempts: begun, progress: progress.get(row.id) ?? null, holdsKeyMs, failure }
  })
}

interface LineRow {
  readonly job: number
  readonly attempt: number
  readonly line: number
  readonly at: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

function* outputOf(statements: TransferStatements, { first, last }: Range): Generator<readonly TransferRecord[]> {
  const collector = new OutputCollector()
  for (let after = [first - 1, Number.MAX_SAFE_INTEGER, 0]; ; ) {
    const rows = statements.output.all(...after, last) as LineRow[]
    const records = rows.flatMap(({ job, attempt, line, at, stream, text }) =>
      collector.add(`j${job}`, attempt, { line, at, stream, text }),
    )
    if (records.length > 0) yield records
    const end = rows.at(-1)
    if (end === undefined) break
    after = [end.job, end.attempt, end.line]
  }
  yield collector.rest()
}
