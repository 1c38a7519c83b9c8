import { UsageError } from './errors.js'

/** Where to listen. */
export interface HttpAddress {
  /** A name or an IP address, without the brackets of IPv6. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** Nobody outside of this machine reaches it. */
export const loopback = '127.0.0.1'

/** Reads `[HOST:]PORT`; loopback if no host is named. Throws UsageError; `option` names the place where it was written. */
export function parseHttpAddress(text: string, option: string): HttpAddress {
  const parts = /^(?:(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<name>[\w.-]+)):)?(?<port>\d{1,5})$/.exec(text.trim())?.groups
  const port = Number(parts?.port)
  if (parts === undefined || port > 65_535) {
    throw new UsageError(
      'E_HTTP_ADDRESS',
      `${option}: ${JSON.stringify(text)} is no address`,
      'write a port, or a host and a port: 9464, 0.0.0.0:9464, [::1]:9464',
    )
  }
  return { host: parts.v6 ?? parts.name ?? loopback, port }
}

/** Reads names of hosts, separated by commas. Throws UsageError as above. */
export function parseHostNames(texts: readonly string[], option: string): readonly string[] {
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim().toLowerCase())
  const wrong = names.find((name) => !/^([\w.-]+|\[[\da-f:.]+\])$/.test(name))
  if (wrong === undefined) return names
  const message = `${option}: ${JSON.stringify(wrong)} is no name of a host`
  throw new UsageError('E_HTTP_ADDRESS', message, 'write it without a port, such as metrics.example.org')
}

/** The host as it stands in a URL. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
