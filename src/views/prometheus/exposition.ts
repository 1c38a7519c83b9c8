/** Names and values of labels, in their order. */
export type Labels = Readonly<Record<string, string>>

/** Lines of the text format of Prometheus, version 0.0.4. */
export class Exposition {
  readonly #lines: string[] = []

  /** Begins a metric. Its samples come next. */
  metric(name: string, type: 'gauge' | 'counter' | 'histogram', help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
  }

  sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`)
  }

  /** A line that scrapers skip. */
  comment(text: string): void {
    this.#lines.push(`# ${text.replace(/[\r\n]/g, ' ')}`)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
