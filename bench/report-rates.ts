import { type Rate, ratioOf, type Spread } from './measure.js'
import { ratioText, table } from './table.js'

/** Work by work, each queue beside Offstage; then Offstage beside itself in another setting. */
export function ratesText(rates: readonly Rate[]): string {
  const isAlone = ({ id }: Rate) => /^(?:busy|scale)\./.test(id)
  const isInProcess = ({ id }: Rate) => id.startsWith('background.')
  const queues = rates.filter((rate) => !isAlone(rate) && !isInProcess(rate))
  const tables = [
    ['Offstage by itself', rates.filter(isAlone)],
    ['In this process', rates.filter(isInProcess)],
  ] as const
  const sections: string[] = []
  if (queues.length > 0) {
    const ratios = (rate: Rate, group: readonly Rate[]) =>
      ['offstage-full.', 'offstage-relaxed.'].map((system) => {
        const ours = rate.id.startsWith('offstage-') ? undefined : group.find(({ id }) => id.startsWith(system))
        return ours === undefined ? '' : ratioText(ratioOf(ours, rate))
      })
    sections.push(groupsText('Queues', ['full / it', 'relaxed / it'], queues, ratios))
  }
  for (const [title, compared] of tables) {
    if (compared.length === 0) continue
    const ratios = (rate: Rate, [first]: readonly Rate[]) =>
      first === undefined || rate === first ? [''] : [ratioText(ratioOf(rate, first))]
    sections.push(groupsText(title, ['of the first'], compared, ratios))
  }
  return sections.join('\n\n')
}

function groupsText(
  title: string,
  heads: readonly string[],
  rates: readonly Rate[],
  ratios: (rate: Rate, group: readonly Rate[]) => readonly string[],
): string {
  const rows = rates.map((rate, index) => {
    const group = rates.filter(({ work }) => work === rate.work)
    const work = rates[index - 1]?.work === rate.work ? '' : rate.work
    return [work, rate.which, ...rateCells(rate.jobsPerSecond), ...ratios(rate, group)]
  })
  return table([title, 'which', 'jobs/s', 'min-max', 'runs', ...heads], rows, 2)
}

function rateCells({ median, min, max, runs }: Spread): string[] {
  return [perSecond(median), `${perSecond(min)}-${perSecond(max)}`, String(runs)]
}

// Three figures: the noise is larger than the fourth.
function perSecond(rate: number): string {
  return Number(rate.toPrecision(3)).toLocaleString('en')
}
