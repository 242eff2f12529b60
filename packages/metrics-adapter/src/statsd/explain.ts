// For people: which rule a line gets and what becomes of it, and a table of lines with the series they are expected to make.
// It runs the very parts that run in production, on a store of its own.
import type { Adapter } from '../adapter.ts';
import { numberText } from '../exposition/format.ts';
import { text } from '../exposition/text.ts';
import { YamlFile } from '@podmate/base/yaml-document';
import { type Dialect, parseLine } from './line.ts';
import { Counts } from './counts.ts';

/** Each sample of the line with its rule, then the series and the errors. */
export function explainLine(line: string, adapter: Adapter, dialect: Dialect): string {
  const parsed = parseLine(line, dialect, new Counts());
  const out = [`line     ${line}`];
  for (const { type, value, relative, weight } of parsed?.samples ?? []) {
    const match = adapter.mapping().lookup(parsed?.name ?? '', type);
    const times = weight === 1 ? '' : `, standing for ${weight}`;
    out.push(
      `sample   ${type} ${relative && value >= 0 ? '+' : ''}${numberText(value)}${times}, name ${parsed?.name}`,
    );
    const rule = match?.rule;
    out.push(
      rule === undefined
        ? 'rule     none'
        : `rule     ${rule.options.action} ${rule.regex === undefined ? 'glob' : 'regex'} ${rule.match}`,
    );
  }
  ingest(line, adapter);
  out.push(...seriesOf(adapter).map((each) => `series   ${each}`));
  out.push(...errorsOf(adapter).map((each) => `error    ${each}`));
  return `${out.join('\n')}\n`;
}

export type MappingTestResult = { readonly text: string; readonly passed: boolean };

/** `- line: a.b:1|c` with `series: a_b 1` (a list for several; '' for none). @throws SettingErrors */
export function runMappingTest(name: string, yaml: string, make: () => Adapter): MappingTestResult {
  const file = new YamlFile(name, yaml);
  const rows = file.root.items().map((item) => {
    const entries = item.entries(['line', 'series']);
    const expected = entries.get('series')?.texts() ?? [];
    return { line: entries.get('line')?.text() ?? '', expected };
  });
  file.finish();
  let failed = 0;
  const out = rows.map(({ line, expected }) => {
    const adapter = make();
    ingest(line, adapter);
    const got = seriesOf(adapter).toSorted();
    const same = got.join('\n') === expected.toSorted().join('\n');
    if (!same) failed++;
    return same
      ? `ok       ${line}`
      : `FAILED   ${line}\n  wanted ${expected.join(', ') || 'nothing'}\n  got    ${got.join(', ') || 'nothing'}`;
  });
  return {
    text: `${[...out, `${rows.length - failed} passed, ${failed} failed`].join('\n')}\n`,
    passed: failed === 0,
  };
}

function ingest(line: string, { ingest: to }: Adapter): void {
  const bytes = Buffer.from(line);
  to.lines(bytes, 0, bytes.length);
}

/** The lines of the text format without comments. */
function seriesOf({ store }: Adapter): string[] {
  const lines = [...store.layout.pages()].flatMap((page) =>
    Buffer.from(text.page(page, store, 0))
      .toString()
      .split('\n'),
  );
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function errorsOf({ counts, store }: Adapter): string[] {
  return [
    ...counts.sampleErrors.keys(),
    ...counts.eventErrors.keys(),
    ...Array.from(counts.conflicts(), ([type, metric]) => `conflict: ${metric} is no ${type}`),
    ...store.refusals.byReason.keys().map((reason) => `refused: ${reason}`),
    ...(counts.tagErrors > 0 ? ['a tag without value or name'] : []),
  ];
}
