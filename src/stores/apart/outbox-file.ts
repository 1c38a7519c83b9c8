import type { OutboxFile } from '../outbox.js'
import { type MethodKinds, remoteMethods } from './remote-methods.js'
import type { StoreProcess } from './store-process.js'

const methods: MethodKinds<Exclude<keyof OutboxFile, 'close'>> = {
  rows: 'call',
  remove: 'call',
  setAside: 'call',
  next: 'wait',
}

/** The outbox of an application's file, open in the store process: in this one the application has the file open. */
export async function openOutboxIn(process: StoreProcess, path: string): Promise<OutboxFile> {
  const object = await process.open({ opener: 'outbox', options: path }, () => {})
  return remoteMethods<OutboxFile, keyof typeof methods>(object, methods, path)
}
