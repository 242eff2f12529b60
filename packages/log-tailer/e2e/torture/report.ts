// Prints outcomes: one line each as they come, and the table of scenarios by tailers, also for the README.

import type { Outcome } from './judge.ts';
import type { Scenario } from './scenario.ts';
import type { Tailer } from './tailers.ts';

const BEGIN = '<!-- begin:torture -->';
const END = '<!-- end:torture -->';

/** One line, and more for a failure: what was violated, examples, the last `steps` of the story, how to replay it. */
export function describeOutcome(outcome: Outcome, steps = 30): string {
  const { scenario, tailer, status, seconds, seed } = outcome;
  const figures = [...outcome.figures].map(([name, value]) => `${name} ${value}`).join(', ');
  const head = `${status.padEnd(14)} ${tailer.name.padEnd(9)} ${String(scenario.number).padStart(2)} ${scenario.name}`;
  const lines = [
    `${head} (${outcome.reason ?? `${seconds.toFixed(1)} s`})${figures === '' ? '' : `: ${figures}`}`,
  ];
  if (status === 'failed') {
    lines.push(...outcome.violations, ...(outcome.verdict?.examples ?? []));
    if (outcome.story.length > 0) lines.push(`at last: ${outcome.story.slice(-steps).join(', ')}`);
    lines.push(`replay: --tailer ${tailer.name} --scenario ${scenario.number} --seed ${seed}`);
    const said = outcome.stderr.trim().split('\n').slice(-5);
    if (said[0] !== '') lines.push(...said.map((line) => `stderr: ${line}`));
  }
  return lines.join('\n    ');
}

/** What a cell of the table says: ok, or what was missing, duplicated, garbled, out of order, or else. */
export function cell(outcome: Outcome | undefined): string {
  if (outcome === undefined || outcome.status === 'not-applicable') return 'n/a';
  if (outcome.status === 'skipped') return 'skipped';
  if (outcome.status === 'ok') return 'ok';
  const { verdict } = outcome;
  const counts: [string, number][] = [
    ['missing', verdict?.missing ?? 0],
    ['twice', verdict?.duplicated ?? 0],
    ['garbled', verdict?.garbled ?? 0],
    ['disordered', (verdict?.disordered ?? 0) + (verdict?.generationsDisordered ?? 0)],
  ];
  const said = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  return said.length > 0 ? said.join(', ') : 'failed';
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Scenarios that anyone ran down, tailers across, and the count of what each could do. */
export function markdownTable(
  outcomes: readonly Outcome[],
  scenarios: readonly Scenario[],
  tailers: readonly Tailer[],
): string {
  const of = (scenario: Scenario, tailer: Tailer): Outcome | undefined =>
    outcomes.find((outcome) => outcome.scenario === scenario && outcome.tailer === tailer);
  const shown = scenarios.filter((scenario) =>
    outcomes.some((one) => one.scenario === scenario && (one.status === 'ok' || one.status === 'failed')),
  );
  const body = shown.map((scenario) =>
    row([String(scenario.number), scenario.name, ...tailers.map((tailer) => cell(of(scenario, tailer)))]),
  );
  const totals = tailers.map((tailer) => {
    const taken = outcomes.filter((o) => o.tailer === tailer && (o.status === 'ok' || o.status === 'failed'));
    return `**${taken.filter((o) => o.status === 'ok').length} of ${taken.length}**`;
  });
  return [
    row(['', 'Scenario', ...tailers.map((tailer) => tailer.title)]),
    row(['--:', '---', ...tailers.map(() => '---')]),
    ...body,
    row(['', '**lossless in**', ...totals]),
  ].join('\n');
}

/** The text with the table put between the marks; undefined when it has no marks. */
export function withTable(text: string, table: string): string | undefined {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) return undefined;
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`;
}
