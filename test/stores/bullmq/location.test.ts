import { expect, test } from 'vitest'
import { parseStoreUrl } from '../../../src/open.js'
import { hasTag, maskedUrl, parseRedisUrl, redisUrl } from '../../../src/stores/bullmq/location.js'

const plain = {
  kind: 'redis',
  addresses: [{ host: 'h', port: 6379 }],
  username: null,
  password: null,
  db: 0,
  isTls: false,
  ca: null,
  sentinel: null,
  isCluster: false,
  prefix: 'bull',
  project: '/project',
}

test.each<[url: string, differs: object]>([
  ['redis://h', {}],
  ['redis://h/', {}],
  ['redis://h:7000/3', { addresses: [{ host: 'h', port: 7000 }], db: 3 }],
  ['rediss://h', { isTls: true }],
  ['REDISS://h', { isTls: true }],
  ['redis://:p@h', { password: 'p' }],
  ['redis://u:p:q@h', { username: 'u', password: 'p:q' }],
  ['redis://u@h', { username: 'u' }],
  ['redis://u%40x:p%2F%3F%23%25%C3%BC@h', { username: 'u@x', password: 'p/?#%ü' }],
  ['redis://[::1]', { addresses: [{ host: '::1', port: 6379 }] }],
  ['redis://[fe80::1%eth0]:7000', { addresses: [{ host: 'fe80::1%eth0', port: 7000 }] }],
  ['redis://h?prefix={jobs}', { prefix: '{jobs}' }],
  ['redis://h?cluster=true', { isCluster: true }],
  ['rediss://h?ca=ca.pem', { isTls: true, ca: '/project/ca.pem' }],
  ['rediss://h?ca=/etc/ca.pem', { isTls: true, ca: '/etc/ca.pem' }],
])('%s can be read.', (url, differs) => {
  expect(parseRedisUrl(url, '/project')).toEqual({ ...plain, ...differs })
  expect(parseStoreUrl(url, '/project')).toEqual({ ...plain, ...differs })
})

test('Several hosts are nodes of a cluster, or sentinels with another usual port.', () => {
  const portsOf = (url: string) => parseRedisUrl(url, '/').addresses.map(({ port }) => port)
  expect(portsOf('redis://a,b:7000,[::1]')).toEqual([6379, 7000, 6379])
  expect(portsOf('redis://a,b:7000/1?sentinel=main')).toEqual([26379, 7000])
  expect(parseRedisUrl('redis://a,b?sentinel=main', '/').sentinel).toBe('main')
})

test.each<[url: string, message: string]>([
  ['redis://', 'redis:// has no host'],
  ['redis:h', 'redis:h is not a store'],
  ['redis://h:0', 'redis://h:0 has a host or a port that cannot be read'],
  ['redis://h:70000', 'redis://h:70000 has a host or a port that cannot be read'],
  ['redis://a,,b', 'redis://a,,b has a host or a port that cannot be read'],
  ['redis://::1', 'redis://::1 has a host or a port that cannot be read'],
  ['redis://h/one', 'redis://h/one has a database that is no number'],
  ['redis://h#1', 'redis://h#1 is not a store'],
  ['redis://:secret%@h', 'redis://***@h has a user or password that cannot be decoded'],
  ['redis://:sec/ret@h', 'redis://***@h has a database that is no number'],
  ['redis://:sec?prefix=ret@h', 'redis://***@h has a prefix that cannot be used'],
  ['redis://:sec#ret@h', 'redis://***@h is not a store'],
  ['redis://:sec@ret@h/x', 'redis://***@h/x has a database that is no number'],
  ['redis://h?tls=1', 'redis://h?tls=1 has an unknown option'],
  ['redis://h?prefix=a&prefix=b', 'redis://h?prefix=a&prefix=b has prefix twice'],
  ['redis://h?prefix=', 'redis://h?prefix= has a prefix that cannot be used'],
  ['redis://h?prefix=a*', 'redis://h?prefix=a* has a prefix that cannot be used'],
  ['redis://h?cluster=yes', 'redis://h?cluster=yes has a wrong value of cluster'],
  ['redis://h?sentinel=', 'redis://h?sentinel= has no name for Sentinel'],
  ['redis://h?sentinel=a&cluster=true', 'redis://h?sentinel=a&cluster=true is both of Sentinel and a cluster'],
  ['redis://h/1?cluster=true', 'redis://h/1?cluster=true names a database: a cluster has no other than 0'],
  ['redis://h?ca=x', 'redis://h?ca=x has a certificate authority, and no TLS'],
  ['rediss://h?ca=', 'rediss://h?ca= names no file of a certificate authority'],
])('%s is refused in one line, without the password.', (url, message) => {
  expect(() => parseStoreUrl(url, '/')).toThrow(expect.objectContaining({ code: 'E_STORE_URL', message }))
})

test.each([
  ['redis://u:secret@h', 'redis://***@h:6379'],
  ['rediss://u@[::1]:7000/2?prefix={a}&ca=x', 'rediss://***@[::1]:7000/2?prefix={a}'],
  ['redis://a,b?sentinel=main', 'redis://a:26379,b:26379?sentinel=main'],
  ['redis://a?cluster=true&prefix={bull}', 'redis://a:6379?cluster=true&prefix={bull}'],
])('%s is shown as %s.', (url, shown) => {
  expect(redisUrl(parseRedisUrl(url, '/'))).toBe(shown)
})

test('A prefix keeps all keys in one slot of a cluster if it has a tag.', () => {
  expect(['{a}', 'a{b}', 'a{b}c'].every(hasTag)).toBe(true)
  expect(['a', '{}', '{}{a}', 'a}{', '{a'].some(hasTag)).toBe(false)
})

test.each([
  ['redis:/:hidden@127.0.0.1:7712', 'redis:***@127.0.0.1:7712'],
  ['redis::hidden@host', 'redis:***@host'],
  ['redis://:hidden', 'redis://:***'],
  ['redis://user:hidden:7712', 'redis://user:***'],
  ['redis://:hid#den@host', 'redis://***@host'],
  ['redis//:hidden@host', 'redis//***@host'],
  ['redis://[::1]:6379/0?prefix=a', 'redis://[::1]:6379/0?prefix=a'],
  ['rediss://one:26379,two:26379?sentinel=main', 'rediss://one:26379,two:26379?sentinel=main'],
])('What may be a password in %s is not shown, however it is mistyped.', (url, shown) => {
  expect(maskedUrl(url)).toBe(shown)
})
