// `date-adapter explain`: what a layout, a format or a program means to us; named by the adapter's own flags, or a text
// of which we say what we took it for. For people.
import { analyze } from './awk/analysis.ts';
import { explainProgram } from './awk/compiler/run.ts';
import { parseProgram } from './awk/parser.ts';
import type { Source } from './awk/source-error.ts';
import type { World } from './awk/world.ts';
import { explainLayout, explanationText } from './dates/explain.ts';
import type { LayoutLanguage } from './dates/layout.ts';
import { inputFormat, inputFormatNames } from './formats/input-formats.ts';
import { FieldNames } from './formats/field-names.ts';
import { jobsOf } from './operands.ts';
import type { RuleValues } from './rule-settings.ts';
import type { SettingsValues } from './settings.ts';
import { needsThread, readProgram } from './transform/compile-awk.ts';
import { FaultList } from './transform/fault-list.ts';
import { namedValues } from './transform/named-values.ts';

/** What no layout has, and nearly every program. */
const PROGRAM = /[{}$"]|^\s*\/.*\/\s*$|\b(?:BEGIN|END|NR|NF|function)\b/s;

/** @throws LayoutError, SourceError, Error for what is wrong with it */
export function explainSettings(values: SettingsValues, world: World): string {
  const { operands, rules } = values;
  const jobs = jobsOf(values);
  const texts = jobs.length > 0 ? [] : operands.slice(0, 1).map((text) => explainText(text, values, world));
  if (jobs.includes('program')) texts.push(explainProgramOf(values, world));
  texts.push(...explainRule(values));
  for (const [index, rule] of rules.entries()) {
    const matched = rule.match === undefined ? 'every line' : `lines that match ${rule.match}`;
    const program =
      rule.awk === undefined ? [] : [explainAwk([{ name: 'awk', text: rule.awk }], values, world)];
    texts.push([`rule ${index + 1}: ${matched}\n`, ...program, ...explainRule(rule)].join(''));
  }
  if (texts.length === 0) throw new Error('explain: name a layout, a format or a program, in quotes');
  return texts.join('\n');
}

function explainProgramOf(values: SettingsValues, world: World): string {
  const faults = new FaultList();
  const sources = readProgram(values, faults);
  const [fault] = faults.faults;
  if (fault !== undefined) throw new Error([fault.setting, fault.value, fault.what].join(': '));
  return explainAwk(sources, values, world);
}

function explainRule(rule: RuleValues): string[] {
  const { from, to, parse, formatLang, locale, toLocale, grok } = rule;
  const patterns = namedValues(grok, '--grok', new FaultList());
  return [
    ...(parse === undefined ? [] : [explainFormat(parse, patterns)]),
    ...from.map((text) => `read: ${explainDate(text, formatLang, locale)}`),
    ...(to === undefined ? [] : [`written: ${explainDate(to, formatLang, toLocale ?? locale)}`]),
  ];
}

function explainText(text: string, values: SettingsValues, world: World): string {
  if (inputFormatNames().includes(text) || /^(?:pattern|grok|regex|cri\+|docker\+).*:/s.test(text))
    return explainFormat(text, namedValues(values.grok, '--grok', new FaultList()));
  if (PROGRAM.test(text)) return explainAwk([{ name: 'command line', text }], values, world);
  return explainDate(text, values.formatLang, values.locale);
}

function explainDate(text: string, language: LayoutLanguage | undefined, locale: string | undefined): string {
  return `a date layout\n${explanationText(explainLayout(text, language, locale))}\n`;
}

function explainFormat(text: string, patterns: Readonly<Record<string, string>>): string {
  const { stamps, dataset } = inputFormat(text, new FieldNames(), patterns);
  return [
    'a format of lines, for --parse',
    `stamps:   ${stamps.length > 0 ? stamps.join(', then ') : 'none'}`,
    ...(dataset === undefined ? [] : [`dataset:  ${dataset}`]),
    '',
  ].join('\n');
}

function explainAwk(
  sources: readonly Source[],
  { posix, csv, charactersAsBytes }: SettingsValues,
  world: World,
): string {
  const program = parseProgram(sources, { posix });
  const { fields, reaches, readsRecords } = analyze(program);
  const needed = fields.dynamic || fields.count ? 'all' : `the first ${fields.highest}`;
  const code = explainProgram(program, world, { utf8: !charactersAsBytes, csv });
  return [
    'an awk program',
    `records:  ${readsRecords ? 'read' : 'not read: it ends after BEGIN'}`,
    `fields:   ${fields.highest === 0 && !fields.dynamic && !fields.count ? 'not cut' : `${needed} are cut`}`,
    `runs:     ${needsThread(program) ? 'on a thread of its own, as it may run long or wait' : 'on the main thread'}`,
    ...reaches.map(({ what, permission }) => `reaches:  ${what}, which needs --allow ${permission}`),
    code === undefined ? 'compiled: no, it is interpreted' : `compiled to JavaScript:\n${code}`,
    '',
  ].join('\n');
}
