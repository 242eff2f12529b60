// Reads spans.tsv, the table of expressions and where they match.
import { readFileSync } from 'node:fs';

export type SpanRow = {
  readonly topic: string;
  readonly pattern: string;
  readonly text: string;
  readonly span: string;
  /** What an awk says that differs: its name -> span, `none` or `error`. */
  readonly others: ReadonlyMap<string, string>;
  readonly isAscii: boolean;
};

export function spanTable(): SpanRow[] {
  const rows: SpanRow[] = [];
  let topic = '';
  for (const line of readFileSync(new URL('spans.tsv', import.meta.url), 'utf8').split('\n')) {
    const [pattern, text, span, others] = line.split('\t');
    if (pattern === undefined || text === undefined || span === undefined) {
      if (line.startsWith('# ')) topic = line.slice(2);
      continue;
    }
    rows.push({
      topic,
      pattern,
      text,
      span,
      others: new Map(others?.split(' ').map((other) => pairOf(other))),
      isAscii: !topic.includes('UTF-8') && /^[ -~]*$/.test(pattern + text),
    });
  }
  return rows;
}

function pairOf(text: string): [string, string] {
  const [name = '', span = ''] = text.split('=');
  return [name, span];
}
