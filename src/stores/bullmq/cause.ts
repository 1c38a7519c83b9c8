// What ioredis, sockets and Redis say of a failure, in words for people.

interface Cause {
  /** Completes "redis://... cannot be used: ". */
  readonly text: string
  readonly hint: string | null
}

type Rule = readonly [pattern: RegExp, text: string | null, hint: string | null]

const startRedis = 'start Redis, or name another one with --store'

// Asked in this order, of the code and the message. Without a text: the message itself.
const rules: readonly Rule[] = [
  [/ECONNREFUSED/, 'nothing listens there', startRedis],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host', 'correct the name of the host'],
  [/EMFILE|ENFILE/, 'too many files are open', 'raise the limit of open files (ulimit -n)'],
  [/EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN/, 'there is no way to this host', 'look at the network'],
  [/no answer|ETIMEDOUT|timed out/, 'it does not answer', 'look whether it is stopped or overloaded, and at firewalls'],
  [/^WRONGPASS|invalid password/, 'it refuses the user or the password', 'correct them in the URL'],
  [/^NOAUTH/, 'it asks for a password', 'write redis://:PASSWORD@HOST, or redis://USER:PASSWORD@HOST'],
  [/^NOPERM/, null, 'let this user run all commands on its keys: ACL SETUSER NAME +@all ~* &*'],
  [/DB index is out of range/i, 'it has no such database', 'write a smaller number in the URL'],
  [/^ERR max number of clients/, 'it has as many clients as it may have', 'raise maxclients of Redis'],
  [/^DENIED/, 'it is in protected mode: it takes only clients of its own machine', 'set a password in Redis'],
  [/SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO/, 'its certificate is of an unknown authority', 'name its file: ?ca=FILE'],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, 'its certificate is for another host', 'write the host that is in the certificate'],
  [/CERT_HAS_EXPIRED/, 'its certificate has expired', 'renew it'],
  [/certificate required/i, 'it asks clients for a certificate', 'set tls-auth-clients no in Redis'],
  [/tlsv?1\d? alert|ALERT_|handshake failure|certificate required/i, null, 'compare the TLS settings of Redis'],
  [/wrong version number|packet length too long|EPROTO/i, 'it does not speak TLS', 'write redis:// instead'],
  // A server that speaks TLS answers plain text with an alert, which is one byte 0x15, or by closing.
  [/Unknown RESP type 21\b|Protocol error, got "\\u0015"/, 'it speaks TLS', 'write rediss://'],
  [/unknown command '?`?SENTINEL/i, 'it is no sentinel', 'leave out ?sentinel=NAME, or name the port of the sentinels'],
  [
    /Protocol error|Unknown RESP type|unknown command|parser/i,
    'what listens there is no Redis',
    'correct the host and the port',
  ],
  [
    /Connection is closed|isn't writeable|ECONNRESET|EPIPE|socket disconnected/,
    'it closes the connection',
    'look at the log of Redis; if it speaks TLS, write rediss://',
  ],
]

export function causeOf(thrown: unknown): Cause {
  const said = saidBy(thrown)
  const rule = rules.find(([pattern]) => said.some((part) => pattern.test(part)))
  const [message = ''] = said
  if (rule === undefined) return reasons[refusalIn(message) ?? ''] ?? { text: message, hint: null }
  return { text: rule[1] ?? message, hint: rule[2] }
}

/** Message and code; of several addresses of one host, the first. */
function saidBy(thrown: unknown): readonly string[] {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return saidBy(thrown.errors[0])
  if (!(thrown instanceof Error)) return [String(thrown)]
  // OpenSSL says in `message` where in its source it was.
  const { code, reason = thrown.message } = thrown as NodeJS.ErrnoException & { readonly reason?: string }
  return [reason.replace(/\s+/g, ' ').slice(0, 300), ...(typeof code === 'string' ? [code] : [])]
}

// Redis did nothing. It loads, is a replica now, has no memory or no disk, has moved the keys, or does not let this user.
const refusals =
  /(?:^|^ERR Error running script.*: -)(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|OOM|MISCONF|NOREPLICAS|BUSY|NOAUTH|NOPERM|WRONGTYPE|UNKILLABLE)\b/s
const forbidden = /The user executing the script can't/

/** The word for why Redis refuses every call like this for now; null: it is an answer to this call alone. */
export function refusalIn(message: string): string | null {
  return refusals.exec(message)?.[1] ?? (forbidden.test(message) ? 'NOPERM' : null)
}

const reasons: Readonly<Record<string, Cause>> = {
  OOM: {
    text: 'its memory is full (OOM)',
    hint: 'nothing was stored; raise maxmemory of Redis, or remove what nobody needs: offstage jobs prune',
  },
  MISCONF: { text: 'it cannot save to its disk (MISCONF)', hint: 'look at the disk of Redis' },
  NOREPLICAS: {
    text: 'it has too few replicas to write (NOREPLICAS)',
    hint: 'look at the replicas of Redis, and at min-replicas-to-write',
  },
  BUSY: { text: 'a script of somebody blocks it (BUSY)', hint: 'SCRIPT KILL ends it' },
  NOPERM: {
    text: 'its user may not do this (NOPERM)',
    hint: 'allow the user all commands on the keys of the prefix, and its channel',
  },
  WRONGTYPE: {
    text: 'a key of the store holds something else (WRONGTYPE)',
    hint: 'another program uses the same names: take another ?prefix=',
  },
}

/** What to say of a refusal, by its word. */
export function refusalOf(word: string, message: string): Cause {
  return reasons[word] ?? { text: message.replace(/ ?script: [\da-f]{40}, on @user_script:\d+\.?$/, ''), hint: null }
}

/** Whether another connection may do better: to the new master, or to the node that has the keys now. */
export function isElsewhere(word: string): boolean {
  return ['READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'MOVED', 'LOADING', 'NOAUTH'].includes(word)
}
