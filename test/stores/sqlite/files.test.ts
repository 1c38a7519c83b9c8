import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { newJob } from '../../support/job.js'
import { closedStore, folderOfTest, openReader, openStore, storePath } from './open.js'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** What opening the store throws. */
function refusal(open: () => unknown): StoreUnavailableError {
  try {
    open()
  } catch (thrown) {
    if (thrown instanceof StoreUnavailableError) return thrown
    throw thrown
  }
  throw new Error('it was opened')
}

describe('A new store', () => {
  test.each([0, 0o277, 0o777])(
    'Its folder has mode 0700 and all files in it 0600, with the umask %i too.',
    async (umask) => {
      const before = process.umask(umask)
      try {
        const path = storePath(folderOfTest())
        await openStore(path).enqueue([newJob()])
        const files = readdirSync(dirname(path)).sort()
        expect(files).toEqual(['.gitignore', 'jobs.db', 'jobs.db-shm', 'jobs.db-wal'])
        expect(modeOf(dirname(path))).toBe('700')
        for (const file of files) expect([file, modeOf(join(dirname(path), file))]).toEqual([file, '600'])
      } finally {
        process.umask(before)
      }
    },
  )

  test('Beside other files it has mode 0600 too, and leaves nothing else behind.', async () => {
    const before = process.umask(0)
    try {
      const path = join(folderOfTest(), 'jobs.db')
      await openStore(path).enqueue([newJob()])
      const files = readdirSync(dirname(path)).sort()
      expect(files).toEqual(['jobs.db', 'jobs.db-shm', 'jobs.db-wal'])
      for (const file of files) expect([file, modeOf(join(dirname(path), file))]).toEqual([file, '600'])
    } finally {
      process.umask(before)
    }
  })

  test('It appears whole: the project has its folder and no temporary one.', () => {
    const folder = folderOfTest()
    openStore(storePath(folder))
    expect(readdirSync(folder)).toEqual(['.offstage'])
  })

  test('It is kept out of version control.', () => {
    const folder = folderOfTest()
    openStore(storePath(folder))
    execFileSync('git', ['init', '--quiet'], { cwd: folder })
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' })).toBe('')
  })

  test('Folders above it are made.', async () => {
    const folder = folderOfTest()
    openStore(join(folder, 'a', 'b', 'jobs.db'))
    openStore(storePath(join(folder, 'c', 'd')))
    expect(readdirSync(folder).sort()).toEqual(['a', 'c'])
    expect(modeOf(join(folder, 'a'))).toBe('700')
  })

  test('A folder of ours that is there but empty of files was emptied: no new store is made in it.', () => {
    const path = storePath(folderOfTest())
    mkdirSync(dirname(path))
    expect(refusal(() => openStore(path)).code).toBe('E_STORE_VANISHED')
    expect(readdirSync(dirname(path))).toEqual([])
  })

  test('Whoever comes second while it is made finds the store of the first.', async () => {
    const folder = folderOfTest()
    const [a, b] = [openStore(storePath(folder)), openStore(storePath(folder))]
    await a.enqueue([newJob()])
    expect((await b.job('j1'))?.state).toBe('queued')
  })
})

describe('Reading where no store is', () => {
  test('There is none yet: null, and nothing is made.', () => {
    const folder = folderOfTest()
    expect(openReader(storePath(folder))).toBeNull()
    expect(openReader(join(folder, 'jobs.db'))).toBeNull()
    expect(openReader(join(folder, 'no', 'such', 'folder', 'jobs.db'))).toBeNull()
    expect(readdirSync(folder)).toEqual([])
  })

  test('A reader reads, and writing with it is refused.', async () => {
    const path = await closedStore()
    await openStore(path).enqueue([newJob()])
    const reader = openReader(path)
    expect((await reader?.job('j1'))?.id).toBe('j1')
    await expect(reader?.enqueue([newJob()])).rejects.toBeInstanceOf(StoreUnavailableError)
  })
})

describe('A store that was there', () => {
  const openers = { 'for writing': openStore, 'for reading': openReader }

  test.each(Object.entries(openers))(
    'Its file is gone from our folder, opened %s: an error with a way out.',
    async (_, open) => {
      const path = await closedStore()
      rmSync(path)
      const { code, hint, message } = refusal(() => open(path))
      expect(code).toBe('E_STORE_VANISHED')
      expect(message).toContain(path)
      expect(hint).toContain(`remove the folder ${dirname(path)}`)
      expect(readdirSync(dirname(path))).toEqual(['.gitignore'])
    },
  )

  test.each(Object.entries(openers))('Its file is empty, opened %s: an error, and it stays empty.', async (_, open) => {
    const path = await closedStore()
    truncateSync(path)
    expect(refusal(() => open(path)).code).toBe('E_STORE_VANISHED')
    const beside = join(folderOfTest(), 'jobs.db')
    writeFileSync(beside, '')
    expect(refusal(() => open(beside))).toMatchObject({
      code: 'E_STORE_VANISHED',
      hint: expect.stringContaining('remove the file'),
    })
    expect([statSync(path).size, statSync(beside).size]).toEqual([0, 0])
  })

  test('A path through a file, a folder in its place and a link to nowhere are refused in plain words.', () => {
    const folder = folderOfTest()
    writeFileSync(join(folder, 'file'), 'text')
    mkdirSync(join(folder, 'folder'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    for (const path of [join(folder, 'file', 'jobs.db'), join(folder, 'folder'), join(folder, 'link')]) {
      expect(refusal(() => openStore(path))).toMatchObject({
        code: 'E_STORE_UNAVAILABLE',
        message: expect.stringContaining('it cannot be opened'),
      })
    }
  })
})
