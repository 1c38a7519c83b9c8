import { describe, expect, test } from 'vitest'
import { parseTargets, refuseUnknownTarget, targetFaults } from '../../src/domain/notification.js'

describe('the targets of notifications', () => {
  test('A task, a command or a URL, each checked and with its defaults.', () => {
    const targets = parseTargets({
      onFailed: 'alerts.tell',
      targets: {
        desk: { command: ['./tell.sh', '--now'] },
        plain: { url: 'https://example.org' },
        pager: { url: 'http://localhost:8080/x', secret: 's', timeout: '2s' },
      },
    })
    expect(Object.fromEntries(targets)).toEqual({
      onFailed: { kind: 'task', task: 'alerts.tell' },
      desk: { kind: 'command', command: ['./tell.sh', '--now'] },
      plain: { kind: 'url', url: 'https://example.org/', secret: null, timeoutMs: 10_000 },
      pager: { kind: 'url', url: 'http://localhost:8080/x', secret: 's', timeoutMs: 2_000 },
    })
    expect(parseTargets({}).size).toBe(0)
  })

  test.each<[string, object, RegExp]>([
    ['an unknown option', { onfailed: 'x' }, /notify: there is no option "onfailed"/],
    ['what is no task name', { onFailed: 'no task' }, /notify\.onFailed: "no task" is no target/],
    [
      'the built-in task of commands',
      { onFailed: 'shell' },
      /notify\.onFailed: the built-in task shell cannot be told/,
    ],
    [
      'the task that delivers',
      { targets: { x: 'offstage.notify' } },
      /notify\.targets\.x: the built-in task offstage\.notify/,
    ],
    ['a command without a name', { onFailed: { command: [''] } }, /notify\.onFailed\.command is no list of texts/],
    ['an object of nothing', { onFailed: {} }, /notify\.onFailed has neither a command nor a url/],
    ['a command that is a line', { onFailed: { command: './x.sh' } }, /notify\.onFailed\.command is no list of texts/],
    ['an empty command', { onFailed: { command: [] } }, /notify\.onFailed\.command is no list of texts/],
    ['another scheme', { onFailed: { url: 'ftp://x' } }, /notify\.onFailed\.url is no http or https URL/],
    ['a password in the URL', { onFailed: { url: 'https://a:b@x' } }, /notify\.onFailed\.url has a user or a password/],
    ['an empty secret', { onFailed: { url: 'https://x', secret: '' } }, /notify\.onFailed\.secret is no text/],
    ['more than 10 s', { onFailed: { url: 'https://x', timeout: '11s' } }, /notify\.onFailed\.timeout is not between/],
    ['targets that are no object', { targets: ['x'] }, /notify\.targets is no object/],
    ['a target with the name of the default', { targets: { onFailed: 'x' } }, /write|taken/],
    ['a wrong target among others', { targets: { desk: 7 } }, /notify\.targets\.desk: 7 is no target/],
  ])('%s is refused.', (_, options, message) => {
    expect(() => parseTargets(options)).toThrow(message)
  })

  test('The URL of a refused target is not repeated: it may be a secret.', () => {
    expect(() => parseTargets({ onFailed: { url: 'https//hooks.example.org/T0KEN' } })).toThrow(/^((?!T0KEN).)*$/)
  })

  test('A schedule may name a target that there is, or none.', () => {
    const targets = parseTargets({ targets: { desk: 'alerts.tell' } })
    for (const notify of ['desk', false, null] as const) refuseUnknownTarget(notify, targets, '--notify')
    expect(() => refuseUnknownTarget('pager', targets, '--notify')).toThrow(
      '--notify: the config has no target "pager"',
    )
    expect(() => refuseUnknownTarget('onFailed', targets, '--notify')).toThrow('no target "onFailed"')
  })
})

test('A target that is a task has to be there.', () => {
  const targets = parseTargets({
    onFailed: 'alert.tell',
    targets: { desk: 'alerts.tell', mail: { command: ['mail'] } },
  })
  expect(targetFaults(targets, ['alerts.tell', 'hello'])).toEqual([
    'notify.onFailed: there is no task alert.tell: nobody would be told of failures; did you mean "alerts.tell"?',
  ])
  expect(targetFaults(targets, ['alert.tell', 'alerts.tell'])).toEqual([])
})
