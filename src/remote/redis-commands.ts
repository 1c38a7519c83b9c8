/** What a broker on Redis needs of a connection. Rejects with StoreUnavailableError while it cannot be reached. */
export interface RedisCommands {
  command(name: string, ...args: (string | number | Buffer)[]): Promise<unknown>
}
