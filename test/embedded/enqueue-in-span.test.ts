import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { plainTaskDefaults } from '../../src/domain/request.js'
import { writeRow } from '../../src/embedded/enqueue-in.js'
import { systemClock } from '../../src/engine/clock.js'
import { temporaryFolder } from '../support/folder.js'

test('The span of a row ends when it is written, and with the error when the driver throws.', () => {
  const folder = temporaryFolder()
  mkdirSync(folder.path, { recursive: true })
  const exporter = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  const db = new Database(join(folder.path, 'app.db'), { timeout: 1 })
  const other = new Database(join(folder.path, 'app.db'))
  try {
    const write = () =>
      writeRow(db, { name: 'hello', schema: null, defaults: plainTaskDefaults }, '[]', {}, 's', systemClock)
    write()
    other.exec('BEGIN IMMEDIATE')
    expect(write).toThrow('locked')
    const ended = exporter.getFinishedSpans().map(({ name, status }) => ({ name, code: status.code }))
    expect(ended).toEqual([
      { name: 'offstage enqueue hello', code: 0 },
      { name: 'offstage enqueue hello', code: 2 },
    ])
  } finally {
    trace.disable()
    for (const each of [other, db]) each.close()
    folder.remove()
  }
})
