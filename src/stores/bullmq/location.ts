import { isAbsolute, join } from 'node:path'
import { UsageError } from '../../domain/errors.js'

/** A host and a port. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
}

/** Where a store on Redis is, read from its URL. It holds the password: show `redisUrl(location)` instead. */
export interface RedisLocation {
  readonly kind: 'redis'
  /** The server; with a name for Sentinel the sentinels; nodes of a cluster, by which the others are found. */
  readonly addresses: readonly RedisAddress[]
  readonly username: string | null
  readonly password: string | null
  readonly db: number
  readonly isTls: boolean
  /** The file of a private certificate authority. */
  readonly ca: string | null
  /** The name by which the sentinels know the server. */
  readonly sentinel: string | null
  /** Whether the URL says that it is a cluster. The server knows better. */
  readonly isCluster: boolean
  /** What all keys begin with. */
  readonly prefix: string
  /** The folder in which ioredis is looked for. */
  readonly project: string
}

export const defaultPrefix = 'bull'

/** The forms of the URL, for hints. */
export const redisForms = 'redis://[USER:PASSWORD@]HOST[:PORT][/DB]'

const options = ['sentinel', 'cluster', 'prefix', 'ca']

/**
 * Reads `redis://...` and `rediss://...`. `from`: where the path of `?ca=` begins. `project`: the folder in which ioredis is
 * looked for. Throws UsageError.
 */
export function parseRedisUrl(url: string, from: string, project = from): RedisLocation {
  const bad = (what: string, hint = `write ${redisForms}`) =>
    new UsageError('E_STORE_URL', `${maskedUrl(url)} ${what}`, hint)
  const parts =
    /^(?<scheme>rediss?):\/\/(?:(?<user>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?:\/(?<db>[^?#]*))?(?:\?(?<query>[^#]*))?$/i.exec(
      url,
    )?.groups
  const encoded = `write ${redisForms}; in a password, @ is %40, / is %2F, ? is %3F and # is %23`
  if (parts === undefined) throw bad('is not a store', encoded)
  const { scheme = '', user, hosts = '', db = '', query = '' } = parts
  const hint = `${db}${query}`.includes('@') ? encoded : undefined
  const values = new URLSearchParams(query)
  const unknown = [...values.keys()].find((key) => !options.includes(key))
  if (unknown !== undefined) throw bad('has an unknown option', `the options are ${options.join(', ')}`)
  const twice = options.find((key) => values.getAll(key).length > 1)
  if (twice !== undefined) throw bad(`has ${twice} twice`)

  const sentinel = values.get('sentinel')
  const cluster = values.get('cluster') ?? 'false'
  const prefix = values.get('prefix') ?? defaultPrefix
  const ca = values.get('ca')
  const isTls = scheme.toLowerCase() === 'rediss'
  if (sentinel === '') throw bad('has no name for Sentinel', 'write ?sentinel=NAME, the name of the master')
  if (cluster !== 'true' && cluster !== 'false') throw bad('has a wrong value of cluster', 'write ?cluster=true')
  if (sentinel !== null && cluster === 'true') throw bad('is both of Sentinel and a cluster', 'leave one of them out')
  if (!/^[\w.{}:-]{1,100}$/.test(prefix)) {
    throw bad('has a prefix that cannot be used', 'write 1 to 100 of: letters, digits, _ . - : { }')
  }
  if (ca === '') throw bad('names no file of a certificate authority', 'write ?ca=FILE')
  if (ca !== null && !isTls) throw bad('has a certificate authority, and no TLS', 'write rediss://')
  if (!/^\d{0,9}$/.test(db)) throw bad('has a database that is no number', hint ?? 'write a number, such as /1')
  if (cluster === 'true' && Number(db) !== 0) throw bad('names a database: a cluster has no other than 0')

  const addresses = hosts.split(',').map((text) => addressOf(text, sentinel === null ? 6379 : 26379))
  const wrong = addresses.indexOf(null)
  if (wrong !== -1) throw bad(hosts === '' ? 'has no host' : 'has a host or a port that cannot be read', hint)
  const [username, password] = credentials(user) ?? [undefined]
  if (username === undefined) throw bad('has a user or password that cannot be decoded', 'write % as %25')
  return {
    kind: 'redis',
    addresses: addresses.filter((address) => address !== null),
    username,
    password: password ?? null,
    db: Number(db),
    isTls,
    ca: ca === null || isAbsolute(ca) ? ca : join(from, ca),
    sentinel,
    isCluster: cluster === 'true',
    prefix,
    project,
  }
}

function addressOf(text: string, usualPort: number): RedisAddress | null {
  const parts = /^(?:\[(?<v6>[\da-f:.]+(?:%\w+)?)\]|(?<name>[^\s:[\]]+))(?::(?<port>\d{1,5}))?$/i.exec(text)?.groups
  const host = parts?.v6 ?? parts?.name
  const port = parts?.port === undefined ? usualPort : Number(parts.port)
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port }
}

/** null: a `%` that begins no character. */
function credentials(text: string | undefined): readonly [string | null, string | null] | null {
  if (text === undefined || text === '') return [null, null]
  const [, user = '', , password] = /^([^:]*)(:(.*))?$/s.exec(text) ?? []
  try {
    const decoded = password === undefined ? null : decodeURIComponent(password)
    return [decodeURIComponent(user) || null, decoded]
  } catch {
    return null
  }
}

/** An address as people write it. */
export function addressText({ host, port }: RedisAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The URL without user and password, for messages. What is as usual is left out. */
export function redisUrl(location: RedisLocation): string {
  const { addresses, username, password, db, isTls, sentinel, isCluster, prefix } = location
  const user = username === null && password === null ? '' : '***@'
  const query = [
    ...(sentinel === null ? [] : [`sentinel=${sentinel}`]),
    ...(isCluster ? ['cluster=true'] : []),
    ...(prefix === defaultPrefix ? [] : [`prefix=${prefix}`]),
  ]
  const hosts = addresses.map(addressText).join(',')
  return `${isTls ? 'rediss' : 'redis'}://${user}${hosts}${db === 0 ? '' : `/${db}`}${query.length === 0 ? '' : `?${query.join('&')}`}`
}

/** A URL that may be wrong, as it may be shown: all that can be a password is left out. */
export function maskedUrl(url: string): string {
  // Without an @ it may still have one, as in redis://:PASSWORD or redis:/:PASSWORD@HOST.
  const masked = url.replace(/(:?\/?\/).*@/s, '$1***@')
  return masked
    .replace(/^(\w+:)(?!\/\/)(.*)@/s, '$1***@')
    .replace(/^(rediss?:\/*[^@/?#[:]*:)(?!:|\d+(?:[/?#,]|$))[^/?#@]+/i, '$1***')
}

/** Whether all keys that begin with it are in one slot of a cluster. */
export function hasTag(prefix: string): boolean {
  return /^[^{]*\{[^}]+\}/.test(prefix)
}
