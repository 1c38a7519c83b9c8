import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TemporaryFolder } from './folder.js'
import { freePort, RedisServer, type RedisSettings } from './redis-server.js'

/** Settings of a server that speaks TLS, with a certificate for 127.0.0.1 from an authority that nobody knows. */
export function tlsSettings(folder: TemporaryFolder): RedisSettings {
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder.path, stdio: 'ignore' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=authority')
  const byCa = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', 'subjectAltName=IP:127.0.0.1']
  openssl('req', '-x509', ...newKey, '-keyout', 'server.key', '-out', 'server.crt', '-subj', '/CN=server', ...byCa)
  return {
    'tls-cert-file': join(folder.path, 'server.crt'),
    'tls-key-file': join(folder.path, 'server.key'),
    'tls-ca-cert-file': join(folder.path, 'ca.crt'),
    'tls-auth-clients': 'no',
  }
}

/** Two masters with half of the slots each, and a replica of the second. */
export class RedisCluster {
  readonly first: RedisServer
  readonly second: RedisServer
  readonly replica: RedisServer

  private constructor(nodes: readonly [RedisServer, RedisServer, RedisServer]) {
    const [first, second, replica] = nodes
    this.first = first
    this.second = second
    this.replica = replica
  }

  static async start(): Promise<RedisCluster> {
    const buses = [await freePort(), await freePort(), await freePort()] as const
    const node = (bus: number) =>
      RedisServer.start({
        'cluster-enabled': 'yes',
        'cluster-port': `${bus}`,
        'cluster-node-timeout': '1000',
        // By default a replica waits for others, 5 s.
        'repl-diskless-sync-delay': '0',
        // Also with a half of the slots gone the other one answers.
        'cluster-require-full-coverage': 'no',
      })
    const [first, second, replica] = await Promise.all([node(buses[0]), node(buses[1]), node(buses[2])])
    first.cli('CLUSTER', 'ADDSLOTSRANGE', '0', '8191')
    second.cli('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383')
    second.cli('CLUSTER', 'MEET', '127.0.0.1', `${first.port}`, `${buses[0]}`)
    replica.cli('CLUSTER', 'MEET', '127.0.0.1', `${second.port}`, `${buses[1]}`)
    const cluster = new RedisCluster([first, second, replica])
    await cluster.until(() =>
      [first, second, replica].every((one) => one.cli('CLUSTER', 'NODES').split('\n').length === 3),
    )
    await cluster.until(() => replica.cli('CLUSTER', 'REPLICATE', second.cli('CLUSTER', 'MYID')) === 'OK')
    await cluster.until(() => replica.cli('INFO', 'replication').includes('master_link_status:up'))
    await cluster.until(() => [first, second].every((one) => one.cli('CLUSTER', 'INFO').includes('cluster_state:ok')))
    return cluster
  }

  /** Makes the replica the master of its slots, and the second node its replica. */
  async failOver(): Promise<void> {
    await this.until(() => this.replica.cli('CLUSTER', 'FAILOVER') === 'OK')
    await this.until(() => this.second.cli('ROLE').startsWith('slave'))
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await wait(20)
  }

  async stop(): Promise<void> {
    await Promise.all([this.first, this.second, this.replica].map((node) => node.stop()))
  }
}

/** A sentinel that knows `server` by the name main. `lines`: more of its config. */
export async function startSentinel(server: RedisServer, ...lines: readonly string[]): Promise<RedisServer> {
  return RedisServer.start({}, (folder) => {
    // It keeps what it knows in its config.
    const config = join(folder, 'sentinel.conf')
    writeFileSync(config, `${[`sentinel monitor main 127.0.0.1 ${server.port} 1`, ...lines].join('\n')}\n`)
    return ['redis-sentinel', config]
  })
}
