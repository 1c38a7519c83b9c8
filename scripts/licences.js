// The licence texts of the packages that are bundled, as these ask of whoever passes them on. It looks at what is in the
// bundle, not at what was installed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A plugin that writes the notices; given to several builds, it writes those of all. */
export function licences(file) {
  const folders = new Set()
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      for (const { modules = {} } of Object.values(bundle)) {
        for (const id of Object.keys(modules)) if (id.includes('/node_modules/')) folders.add(packageOf(id))
      }
      writeFileSync(file, noticesOf([...folders]))
    },
  }
}

/** The folder of the package that a module is of: the nearest one whose package.json has a name and a version. */
function packageOf(id) {
  for (let folder = dirname(id.replace(/^\0/, '')); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version !== undefined) return folder
  }
}

function noticesOf(folders) {
  const notices = folders.map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const texts = readdirSync(folder).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry))
    const by = typeof author === 'string' ? author : author?.name
    const text = texts.map((entry) => readFileSync(join(folder, entry), 'utf8').trim()).join('\n\n')
    return {
      title: `${name} ${version} (${license})`,
      text: text || `The package has no licence text. Author: ${by ?? 'not named'}`,
    }
  })
  const unique = new Map(notices.map(({ title, text }) => [title, text]))
  const parts = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, text]) => `${title}\n\n${text}\n`)
  return [`Offstage contains code of these packages.\n`, ...parts].join(`\n${'-'.repeat(80)}\n\n`)
}
