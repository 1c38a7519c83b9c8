import type { OutboxFile } from '../outbox.js'
import { type MethodKinds, remoteMethods } from './remote-methods.js'
import type { StoreProcess } from './store-process.js'

const methods: MethodKinds<Exclude<keyof OutboxFile, 'close'>> = {
  rows: 'call',
  ofOthers: 'call',
  remove: 'call',
  setAside: 'call',
  next: 'wait',
}

/** Which rows of a file are to be moved: those for the store of that identity. */
export interface OutboxLocation {
  readonly path: string
  readonly store: string
}

/** The outbox of an application's file, open in the store process: in this one the application has the file open. */
export async function openOutboxIn(process: StoreProcess, path: string, store: string): Promise<OutboxFile> {
  const object = await process.open({ opener: 'outbox', options: { path, store } satisfies OutboxLocation }, () => {})
  return remoteMethods<OutboxFile, keyof typeof methods>(object, methods, path)
}
