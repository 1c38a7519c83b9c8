import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { jobState, type RedisFields, type RqResult, resultOutcome, resultTime } from '../../../src/remote/rq/result.js'

const fieldsOf = (texts: Readonly<Record<string, string | Buffer>>): RedisFields =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text as string)]))
const result = (texts: Readonly<Record<string, string>>): RqResult => ({
  entryId: '1700000000123-0',
  fields: fieldsOf(texts),
})
const exception = (text: string) => ({ type: '2', exc_string: deflateSync(text).toString('base64') })
const failed = (text: string) => jobState(fieldsOf({ status: 'failed' }), result(exception(text)), 'pickle')

test('A job is where its status says, and gone without a hash.', () => {
  for (const status of ['queued', 'started', 'deferred', 'scheduled', 'stopped', 'canceled'])
    expect(jobState(fieldsOf({ status }), null, 'pickle')).toEqual({ state: status })
  expect(jobState({}, null, 'pickle')).toEqual({ state: 'gone' })
  expect(jobState(fieldsOf({ status: 'created' }), null, 'pickle')).toEqual({ state: 'other', status: 'created' })
})

test('A value is read by its serializer, from the stream or as old RQ left it in the hash.', () => {
  const finished = fieldsOf({ status: 'finished' })
  expect(jobState(finished, result({ type: '1', return_value: 'gAVLBS4=' }), 'pickle')).toEqual({
    state: 'finished',
    value: 5,
  })
  expect(jobState(finished, result({ type: '1', return_value: 'NQ==' }), 'json')).toEqual({
    state: 'finished',
    value: 5,
  })
  expect(jobState(finished, result({ type: '1' }), 'json')).toEqual({ state: 'finished', value: null })
  const old = { ...finished, result: Buffer.from('80054b052e', 'hex') }
  expect(jobState(old, null, 'pickle')).toEqual({ state: 'finished', value: 5 })
  const big = result({
    type: '1',
    return_value: Buffer.from('[9007199254740993, 1e300, NaN, "NaN -Infinity"]').toString('base64'),
  })
  expect(jobState(finished, big, 'json')).toEqual({
    state: 'finished',
    value: ['9007199254740993', 1e300, 'NaN', 'NaN -Infinity'],
  })
})

test('A value that cannot be read is handed over as bytes, with the reason.', () => {
  const other = jobState(fieldsOf({ status: 'finished' }), result({ type: '1', return_value: 'NQ==' }), 'pickle')
  expect(other).toEqual({
    state: 'unreadable',
    problem: 'the pickle has the opcode 0x35, which is unknown (at byte 0)',
    bytes: Buffer.from('5'),
  })
  const deep = result({ type: '1', return_value: Buffer.from('['.repeat(90_000)).toString('base64') })
  expect(jobState(fieldsOf({ status: 'finished' }), deep, 'json')).toMatchObject({ state: 'unreadable' })
})

const frames = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    raise x\n    ^^^^^^^\n'

test('Name and message are split off a traceback, also of a chain and of several lines.', () => {
  expect(failed(`${frames}ValueError: kaputt\n`)).toEqual({
    state: 'failed',
    name: 'ValueError',
    message: 'kaputt',
    traceback: `${frames}ValueError: kaputt\n`,
  })
  const chain = `${frames}ValueError: first\n\nDuring handling of the above exception, another exception occurred:\n\n`
  expect(failed(`${chain}${frames}my.module.Error: second\n`)).toMatchObject({
    name: 'my.module.Error',
    message: 'second',
  })
  expect(failed(`${frames}ValueError: one\n\n  two: three\n`)).toMatchObject({ message: 'one\n\n  two: three' })
  expect(failed(`${frames}KeyboardInterrupt\n`)).toMatchObject({ name: 'KeyboardInterrupt', message: '' })
  expect(failed(`${frames}rq.exceptions.DeserializationError\n`)).toMatchObject({
    message: 'the worker could not read the job: it probably has the other serializer (pickle or JSON)',
  })
})

test("RQ's own texts are failures too, but a stop is a stop.", () => {
  expect(failed('Work-horse terminated unexpectedly; waitpid returned 768; ')).toMatchObject({
    name: 'WorkHorseTerminated',
    message: 'Work-horse terminated unexpectedly; waitpid returned 768;',
  })
  expect(failed('Job stopped by user, work-horse terminated.')).toEqual({ state: 'stopped' })
  expect(jobState(fieldsOf({ status: 'failed' }), null, 'pickle')).toMatchObject({ name: 'Error', message: '' })
  const old = fieldsOf({ status: 'failed', exc_info: deflateSync(`${frames}ValueError: old\n`) })
  expect(jobState(old, null, 'pickle')).toMatchObject({ name: 'ValueError', message: 'old' })
})

test('A result alone tells the end, and a retry is none.', () => {
  expect(resultOutcome(result(exception(`${frames}ValueError: x\n`)), 'pickle')).toMatchObject({ state: 'failed' })
  expect(resultOutcome(result({ type: '3' }), 'pickle')).toEqual({ state: 'stopped' })
  expect(resultOutcome(result({ type: '4' }), 'pickle')).toBeNull()
  expect(resultOutcome(result({ type: '1' }), 'pickle')).toEqual({ state: 'finished', value: null })
  expect(resultTime(result({}))).toBe(1_700_000_000_123)
})

test('A traceback that inflates to more than memory holds is not inflated.', () => {
  const bomb = deflateSync(Buffer.alloc(80 * 1024 * 1024))
  expect(jobState(fieldsOf({ status: 'failed', exc_info: bomb }), null, 'pickle')).toMatchObject({
    message: 'The traceback is too large to be read.',
  })
})
