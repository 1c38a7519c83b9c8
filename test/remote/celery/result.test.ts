import { expect, test } from 'vitest'
import { celeryState } from '../../../src/remote/celery/result.js'

// As workers have written them: what differs between versions is said before each.
const recorded: readonly (readonly [text: string, state: object | null])[] = [
  // 5.2: the time has no offset.
  [
    '{"status": "SUCCESS", "result": 5, "traceback": null, "children": [], "date_done": "2026-11-24T19:54:25.422018", "task_id": "11ff6e7c"}',
    { kind: 'success', resultJson: '5' },
  ],
  // 5.5 and later: it has one. 5.6: children may be null.
  [
    '{"status": "SUCCESS", "result": null, "traceback": null, "children": null, "date_done": "2026-11-24T19:54:25.422018+00:00", "task_id": "11ff6e7c"}',
    { kind: 'success', resultJson: 'null' },
  ],
  [
    '{"status": "STARTED", "result": {"pid": 16131, "hostname": "w1@demo"}, "traceback": null, "children": [], "date_done": null, "task_id": "11ff6e7c"}',
    { kind: 'started' },
  ],
  [
    '{"status": "FAILURE", "result": {"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"}, "traceback": "Traceback (most recent call last):\\nValueError: no\\n", "children": [], "date_done": "2026-11-24T19:54:25.444350", "task_id": "33a29182"}',
    {
      kind: 'failure',
      error: { name: 'ValueError', message: 'no', traceback: 'Traceback (most recent call last):\nValueError: no\n' },
    },
  ],
  [
    '{"status": "RETRY", "result": {"exc_type": "ValueError", "exc_message": ["try 0"], "exc_module": "builtins"}, "traceback": "Traceback", "children": [], "date_done": null, "task_id": "x"}',
    { kind: 'retry', error: { name: 'ValueError', message: 'try 0', traceback: 'Traceback' } },
  ],
  [
    '{"status": "REVOKED", "result": {"exc_type": "TaskRevokedError", "exc_message": ["terminated"], "exc_module": "celery.exceptions"}, "traceback": null, "children": [], "date_done": "x", "task_id": "x"}',
    { kind: 'revoked', why: 'terminated' },
  ],
  // Several arguments, of which JSON lacks one; none at all.
  [
    '{"status": "FAILURE", "result": {"exc_type": "Odd", "exc_message": ["b\\u00f8om", 9, "{1, 2}"], "exc_module": "shop.errors"}}',
    { kind: 'failure', error: { name: 'shop.errors.Odd', message: 'bøom, 9, {1, 2}', traceback: null } },
  ],
  [
    '{"status": "FAILURE", "result": {"exc_type": "SoftTimeLimitExceeded", "exc_message": [], "exc_module": "billiard.exceptions"}}',
    { kind: 'failure', error: { name: 'billiard.exceptions.SoftTimeLimitExceeded', message: '', traceback: null } },
  ],
  // Other clients store a text.
  [
    '{"status": "FAILURE", "result": {"exc_type": "Odd", "exc_message": "plain", "exc_module": null}}',
    { kind: 'failure', error: { name: 'Odd', message: 'plain', traceback: null } },
  ],
  [
    '{"status": "FAILURE", "result": "text"}',
    { kind: 'failure', error: { name: 'Error', message: 'text', traceback: null } },
  ],
  // kombu 5.3 and later.
  [
    '{"status": "SUCCESS", "result": {"__type__": "datetime", "__value__": "2024-02-29T12:30:45.123456+00:00"}}',
    { kind: 'success', resultJson: '{"__type__":"datetime","__value__":"2024-02-29T12:30:45.123456+00:00"}' },
  ],
  [
    '{"status": "PROGRESS", "result": {"current": 1, "total": 3}}',
    { kind: 'custom', state: 'PROGRESS', meta: { current: 1, total: 3 } },
  ],
  [
    '{"status": "SUCCESS", "result": [NaN, Infinity, -Infinity, "NaN", "a\\"NaN", {"Infinity": 1}]}',
    { kind: 'success', resultJson: '["NaN","Infinity","-Infinity","NaN","a\\"NaN",{"Infinity":1}]' },
  ],
  // A key called __proto__ is a key.
  [
    '{"status": "SUCCESS", "result": {"__proto__": {"a": 1}}}',
    { kind: 'success', resultJson: '{"__proto__":{"a":1}}' },
  ],
  ['{"status": "PENDING", "result": null}', null],
  ['', null],
  ['no json', null],
  ['[1]', null],
  ['"text"', null],
  ['{"status": 3}', null],
]

test.each(recorded)('%s', (text, state) => {
  expect(celeryState(text)).toEqual(state)
})
