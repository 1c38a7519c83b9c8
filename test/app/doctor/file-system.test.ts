import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nearestFolder, networkFileSystem } from '../../../src/app/doctor/file-system.js'

test.runIf(process.platform === 'linux').each([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xff534d42 | 0, 'CIFS'], // as a signed number
  [0x01021997, '9p'],
  [0xef53, null], // ext4
])('A file system of type %i is %s.', (type, name) => {
  const found = networkFileSystem('/', () => type)
  if (name === null) expect(found).toBeNull()
  else expect(found).toContain(name)
})

test('This machine keeps temporary files on a disk of its own.', () => {
  expect(networkFileSystem(tmpdir())).toBeNull()
})

test('The nearest folder of a path is the one that is there.', () => {
  expect(nearestFolder(join(tmpdir(), 'gone/further/jobs.db'))).toBe(tmpdir())
  expect(nearestFolder('/gone')).toBe('/')
})
