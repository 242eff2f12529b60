// Programs that mostly drop or print records, out of a grammar and dice: what the compiled loop passes over without a
// look at each record (skip-plan.ts), and programs that are almost of that kind.
import { SeededRandom } from '@podmate/testkit/seeded-random';

const REGEXES = [
  '/err/',
  '/e/',
  '/a b/',
  '/(x|y)z/',
  '/^a/',
  '/no/',
  '/[0-9][0-9]/',
  '/;/',
  '/e;/',
  '/$/',
  '/err|xz|erro/',
  '/éa|a b|;e/',
  '/er[a-z]+/',
  '/é[^;]*/',
  '/[^q]+/',
];
const WORDS = ['err', 'a b', 'xz', 'yz', 'error', '12', ';', 'e;', 'é', 'a', ''];

/** Lines, most of them without what is looked for. */
export function randomLog(seed: number): Uint8Array {
  const dice = new SeededRandom(seed ^ 0x5bd1e995);
  const rare = dice.integer(1, 12);
  const lines = Array.from({ length: dice.integer(0, 60) }, () =>
    dice.integer(1, rare) === 1 ? oneOf(dice, WORDS) + oneOf(dice, WORDS) : 'q'.repeat(dice.integer(0, 30)),
  );
  return Buffer.from(lines.join('\n') + (dice.chance(0.5) ? '\n' : ''));
}

export function randomFilter(seed: number): string {
  const dice = new SeededRandom(seed);
  const begin = oneOf(dice, ['', '', '', 'BEGIN { RS = ";" }', 'BEGIN { ORS = ";" }', 'BEGIN { n = 0.1 }']);
  const rules = Array.from({ length: dice.integer(0, 4) }, () => rule(dice));
  const end = oneOf(dice, [
    '',
    'END { print n, m, NR, FNR }',
    'END { print n, m, NR, $0 }',
    'END { print m; print }',
  ]);
  return [begin, ...rules, end === '' && rules.length === 0 ? 'END { print NR }' : end].join('\n');
}

function rule(dice: SeededRandom): string {
  const body = oneOf(dice, [
    '',
    '{ n++; next }',
    '{ next }',
    '{ print }',
    '{ print $0; m-- }',
    '{ ++m }',
    '{ n++; m++; print; next }',
    '{ print NR, n }',
    '{ getline; n++ }',
    '{ $2 = "x"; print }',
    '{ print; nextfile }',
    '{ ORS = ";" }',
    '{ RS = ";" }',
    '{ if (n > 3) exit; n++ }',
  ]);
  const pattern = dice.chance(0.2) ? '' : condition(dice);
  return pattern === '' && body === '' ? '1' : `${pattern} ${body}`;
}

function condition(dice: SeededRandom): string {
  const regex = (): string => oneOf(dice, REGEXES);
  return oneOf(dice, [
    () => regex(),
    () => REGEXES[0]!,
    () => REGEXES[0]!,
    () => `! ${REGEXES[0]}`,
    () => `$0 !~ ${regex()}`,
    () => `${regex()} && ${regex()}`,
    () => `! (${regex()} || ${regex()})`,
    () => `NR % 3 && ${regex()}`,
    () => `${regex()} && n++ < 3`,
    () => `${regex()}, ${regex()}`,
  ])();
}

function oneOf<T>(dice: SeededRandom, values: readonly T[]): T {
  return values[dice.integer(0, values.length - 1)]!;
}
