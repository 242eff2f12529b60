// Two races against oneself: text in which a tenth of the characters is none of ASCII must not cost much more than ASCII
// (per byte), and regexes that explode in a backtracking engine must take time in proportion to their input: ten times
// longer lines, the same bytes, the same time.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proveEqual, race, verdict } from './batch.ts';
import { type Course, type Row, wanted } from './course.ts';
import type { Engine } from './engines.ts';
import { cpuSecondsWithin } from './measure.ts';
import { utf8Programs, worstCases } from './programs.ts';

const OF_ASCII = 1.5;

/** Lines of this length and ten times as long. */
const SHORT_LINE = 500;
const LONG_LINE = 5000;

/** A linear engine is at 1; quadratic is 10. Half of it is for what else a longer line costs. */
const LINEAR = 2;

const PATIENCE_SECONDS = 10;

export function utf8(course: Course): Row[] {
  return utf8Programs
    .filter(({ name }) => wanted(course, 'utf8', name))
    .map((program) => {
      const [text, ascii] = [course.data.file(program.data), course.data.file(program.ascii.data)];
      proveEqual(course, program, text.path);
      const onText = race(course, program, text.path);
      const onAscii = race(course, program.ascii, ascii.path);
      const ratios = new Map(
        [...onText].map(([name, seconds]): [string, number] => [
          name,
          seconds / text.bytes / ((onAscii.get(name) ?? NaN) / ascii.bytes),
        ]),
      );
      const cells = new Map(
        [...ratios].map(([name, ratio]) => [
          name,
          `${ratio.toFixed(2)}x (${onText.get(name)?.toFixed(2)} s)`,
        ]),
      );
      course.say(`${program.name}: ${[...cells].map((cell) => cell.join(' ')).join(', ')}`);
      const target = `<= ${OF_ASCII}x its ASCII`;
      return {
        race: `${program.name}, ${program.title}`,
        target,
        cells,
        ...verdict(ratios.get('ours'), OF_ASCII),
      };
    });
}

export function worstCase(course: Course): Row[] {
  return worstCases
    .filter(({ name }) => wanted(course, 'regex', name))
    .map(({ name, regex, letter }) => {
      const [short, long] = [SHORT_LINE, LONG_LINE].map((length) => lines(course, letter, length));
      const cells = new Map<string, string>();
      let ours: number | undefined;
      for (const engine of course.engines) {
        const result = growth(engine, regex, short ?? '', long ?? '');
        cells.set(engine.name, result.words);
        if (engine.name === 'ours') ours = result.ratio;
        course.say(`${name}: ${engine.name}: ${result.words}`);
      }
      const target = `<= ${LINEAR}x for 10x longer lines`;
      return {
        race: `${name}, /${shortened(regex).replaceAll('|', '\\|')}/`,
        target,
        cells,
        ...verdict(ours, LINEAR),
      };
    });
}

/** As the table shows it. */
function shortened(regex: string): string {
  return regex.replace(/(?:a\?){9,}a{9,}/, (all) => `(a?){${all.split('?').length - 1}}a{...}`);
}

/** Lines of one letter, ended by another, so that nothing matches. */
function lines({ data, scale }: Course, letter: string, length: number): string {
  const path = join(data.directory, `${letter}-${length}`);
  writeFileSync(path, `${letter.repeat(length - 2)}!\n`.repeat(Math.floor(scale.worstCaseBytes / length)));
  return path;
}

/** How much longer it takes for the long lines. Infinite where it does not end in time. */
function growth(
  engine: Engine,
  regex: string,
  short: string,
  long: string,
): { ratio: number; words: string } {
  const [onShort, onLong] = [short, long].map((path) =>
    cpuSecondsWithin(
      { command: [...engine.command, `/${regex}/ { n++ } END { print n + 0 }`, path], env: engine.env },
      PATIENCE_SECONDS,
    ),
  );
  if (onShort === undefined) return { ratio: Infinity, words: `does not end in ${PATIENCE_SECONDS} s` };
  if (onLong === undefined) return { ratio: Infinity, words: `${onShort.toFixed(2)} s, then does not end` };
  const ratio = onLong / onShort;
  return { ratio, words: `${ratio.toFixed(1)}x (${onShort.toFixed(2)} s)` };
}
