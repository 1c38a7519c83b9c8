import { describe, expect, test } from 'vitest'
import { parseCrontab } from '../../../src/domain/schedule/crontab.js'
import { scheduleNameOf, splitAtPercent } from '../../../src/domain/schedule/crontab-command.js'

const entriesOf = (text: string, hasUsers = false) => parseCrontab(text, hasUsers).entries
const refusedIn = (text: string, hasUsers = false) =>
  parseCrontab(text, hasUsers).refused.map(({ line, message }) => `${line}: ${message}`)

describe('the entries of a crontab', () => {
  test.each([
    ['0 2 * * * /bin/true', '0 2 * * *', '/bin/true'],
    ['  */5\t8-18   1,15 jan-mar mon-fri\t cmd  --x  ', '*/5 8-18 1,15 jan-mar mon-fri', 'cmd  --x'],
    ['@daily cmd', '@daily', 'cmd'],
    ['@Every_Minute cmd', '* * * * *', 'cmd'],
    ['-0 2 * * * quiet', '0 2 * * *', 'quiet'],
    ['0 2 * * * A=b cmd', '0 2 * * *', 'A=b cmd'],
    ['0 2 * * * cmd # no comment here', '0 2 * * *', 'cmd # no comment here'],
  ])('%j', (text, rule, command) => {
    expect(entriesOf(text)).toMatchObject([{ line: 1, rule, command, stdin: null }])
  })

  test('Line ends of Windows, a BOM-less last line without an end and empty lines are no trouble.', () => {
    expect(entriesOf('\r\n0 1 * * * a\r\n\r\n0 2 * * * b').map(({ line, command }) => ({ line, command }))).toEqual([
      { line: 2, command: 'a' },
      { line: 4, command: 'b' },
    ])
  })

  test('Variables hold for the entries below them; of one name the last holds. Quotes keep blanks.', () => {
    const text = "A=1\nB = \" two words \"\n0 1 * * * x\nA=3\n'C'=''\n0 2 * * * y"
    expect(entriesOf(text).map(({ env }) => env)).toEqual([
      { A: '1', B: ' two words ' },
      { A: '3', B: ' two words ', C: '' },
    ])
  })

  test('CRON_TZ and RANDOM_DELAY hold for the lines below, until they are empty; MAILTO is noted.', () => {
    const text =
      'CRON_TZ=Asia/Tokyo\nRANDOM_DELAY=45\n0 1 * * * x\nCRON_TZ=\nRANDOM_DELAY=0\n0 2 * * * y\nMAILTO=""\nMAILTO=a@b'
    const { entries, notes } = parseCrontab(text, false)
    expect(entries.map(({ tz, jitterMinutes, env }) => ({ tz, jitterMinutes, env }))).toEqual([
      { tz: 'Asia/Tokyo', jitterMinutes: 45, env: {} },
      { tz: null, jitterMinutes: null, env: {} },
    ])
    expect(notes.map(({ line, message }) => `${line}: ${message}`)).toEqual(['8: no mail is sent'])
  })

  test('A variable in the value of a variable is not replaced, as in cron, and a note says so.', () => {
    const { entries, notes } = parseCrontab('PATH=$HOME/bin:/bin\n0 1 * * * x', false)
    expect(entries[0]?.env).toEqual({ PATH: '$HOME/bin:/bin' })
    expect(notes).toMatchObject([{ line: 1, message: expect.stringMatching(/^PATH is taken as it stands/) }])
  })

  test('With a column for the user, it stands before the command.', () => {
    expect(entriesOf('17 * * * *\troot    cd / && run-parts /etc/cron.hourly', true)).toMatchObject([
      { user: 'root', command: 'cd / && run-parts /etc/cron.hourly' },
    ])
    expect(refusedIn('17 * * * * /bin/true', true)).toEqual(['1: there is no command'])
  })

  test.each([
    ['0 2 * * *', '1: there is no command'],
    ['0 2 * * cmd', '1: there is no command'],
    ['hello', '1: it is neither an entry nor a variable'],
    ['@reboot /bin/x', '1: @reboot is no time: no schedule fires when the machine starts'],
    ['1A=b', '1: "1A" is no name of a variable'],
    ['OFFSTAGE_SLOT=b', '1: OFFSTAGE_SLOT is given by Offstage'],
  ])('%j is refused.', (text, refused) => {
    expect(parseCrontab(text, false).entries).toEqual([])
    expect(refusedIn(text)).toEqual([refused])
  })

  test.each([
    ['# Nightly backup\n0 2 * * * x\n', 'Nightly backup'],
    ['# Jobs of the shop\n0 2 * * * x\n0 3 * * * y\n', null],
    ['# Nightly backup\n\n0 2 * * * x\n', null],
    ['# m h  dom mon dow   command\n0 2 * * * x\n', null],
    ['#0 3 * * * old\n0 2 * * * x\n', null],
    ['#MAILTO=x\n0 2 * * * x\n', null],
    ['#-------\n0 2 * * * x\n', null],
  ])('The comment that is about an entry alone is its: %j', (text, comment) => {
    expect(entriesOf(text)[0]?.comment).toBe(comment)
  })
})

test.each([
  ['cmd', 'cmd', null],
  ['cmd%', 'cmd', null],
  ['cmd%one', 'cmd', 'one\n'],
  ['cmd %one%two', 'cmd', 'one\ntwo\n'],
  ['cmd%one%%', 'cmd', 'one\n\n'],
  ['cmd%%', 'cmd', '\n'],
  ['date +\\%F', 'date +%F', null],
  ['cmd\\%a%b\\%c\\d', 'cmd%a', 'b%c\\d\n'],
  ["sed 's/\\./x/'", "sed 's/\\./x/'", null],
  ['a\\\\%b', 'a\\\\', 'b\n'],
  ['a\\', 'a\\', null],
])('In the command %j the percent signs mean what they mean to cron.', (text, command, stdin) => {
  expect(splitAtPercent(text)).toEqual({ command, stdin })
})

test.each([
  ['/srv/shop/backup.sh --full > log 2>&1', null, 'backup.sh'],
  ['cd /srv/shop && php artisan report:send', null, 'php-artisan'],
  ['/usr/bin/flock -n /tmp/x.lock /usr/local/bin/sync.sh', null, 'sync.sh'],
  ['nice -n 19 ionice -c 3 /usr/bin/updatedb', null, 'updatedb'],
  ['[ -x /usr/bin/certbot ] && /usr/bin/certbot renew', null, 'certbot'],
  ['LANG=C /opt/a', null, 'a'],
  ['python3 -u /srv/x/clean_up.py', null, 'python3-clean_up.py'],
  ['"$HOME/x y/z"', null, 'x'],
  ['...', null, 'command'],
  ['x', 'Größe der Datenbank: nachts!', 'gro-e-der-datenbank-nachts'],
  ['x', '!!! ???', 'x'],
  ['x', 'a'.repeat(100), 'a'.repeat(40)],
])('The schedule of %j with the comment %j is named %s.', (command, comment, name) => {
  expect(scheduleNameOf(command, comment)).toBe(name)
})
