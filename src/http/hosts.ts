import { hostInUrl } from '../domain/http-address.js'

const alwaysKnown = ['localhost', '127.0.0.1', '[::1]']

/**
 * Whether a Host header names this endpoint. A page of another site can make a browser ask here under the name of that site
 * (DNS rebinding), and must not get an answer. `localAddress`: that of the connection, by which it may be called too.
 */
export function knownHosts(names: readonly string[]) {
  const known = new Set([...alwaysKnown, ...names.map((name) => name.toLowerCase())])
  return (header: string | undefined, localAddress: string | undefined): boolean => {
    const host = /^(\[[\da-f:.]+\]|[^:/@\s]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase()
    if (host === undefined) return false
    return known.has(host.replace(/\.$/, '')) || host === hostInUrl(localAddress?.replace(/^::ffff:/, '') ?? '')
  }
}
