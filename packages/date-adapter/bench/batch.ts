// The nine programs over a whole file: CPU seconds of the whole process, its start included, as ratios to mawk's.
// Before the first round every engine's output is proven equal to the first engine's. Rounds are interleaved, and the
// least of each engine's counts; the slow ones run once.

import { type Command, cpuSeconds, outputHash } from './measure.ts';
import { commandOf, type Course, geometricMean, least, type Row, wanted } from './course.ts';
import type { Engine } from './engines.ts';
import { type RaceProgram, programs } from './programs.ts';

const EACH_OF_MAWK = 1;
const MEAN_OF_MAWK = 0.65;

/** The engine whose time is 1. */
const YARDSTICK = 'mawk';

type Seconds = ReadonlyMap<string, number>;

export function batch(course: Course): Row[] {
  const runs = programs.filter(({ name }) => wanted(course, 'batch', name));
  const ratios = runs.map((program) => {
    const file = course.data.file(program.data);
    proveEqual(course, program, file.path);
    const seconds = race(course, program, file.path);
    course.say(
      `${program.name}: ${[...seconds].map(([name, one]) => `${name} ${one.toFixed(3)} s`).join(', ')}`,
    );
    return { row: programRow(program, seconds, file.bytes), ratios: ratiosOf(seconds) };
  });
  return [
    ...ratios.map(({ row }) => row),
    ...meanRow(
      course,
      ratios.map((one) => one.ratios),
    ),
  ];
}

/** Throws when an engine prints something else than the first one. */
export function proveEqual({ engines, say }: Course, program: RaceProgram, path: string): void {
  const comparable = engines.filter(({ utf8 }) => program.characters !== true || utf8 === true);
  const hashes = comparable.map((engine) =>
    outputHash(commandOf(engine, program, path), program.sorted === true),
  );
  const other = hashes.findIndex((hash) => hash !== hashes[0]);
  if (other > 0)
    throw new Error(
      `${program.name}: ${comparable[other]?.name} and ${comparable[0]?.name} print different things`,
    );
  say(`${program.name}: ${comparable.length} outputs are equal`);
}

/** The least CPU seconds of each engine. */
export function race({ engines, scale }: Course, program: RaceProgram, path: string): Seconds {
  return raceOf(engines, scale.rounds, (engine) => commandOf(engine, program, path));
}

function raceOf(
  engines: readonly Engine[],
  rounds: number,
  commandFor: (engine: Engine) => Command,
): Seconds {
  const seconds = new Map(engines.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const engine of engines) {
      if (round > 0 && engine.slow === true) continue;
      seconds.get(engine.name)?.push(cpuSeconds(commandFor(engine)));
    }
  }
  return new Map([...seconds].map(([name, all]) => [name, least(all)]));
}

/** Ratios to mawk; NaN when it did not run. */
function ratiosOf(seconds: Seconds): Seconds {
  const one = seconds.get(YARDSTICK) ?? NaN;
  return new Map([...seconds].map(([name, value]) => [name, value / one]));
}

function programRow({ name, title }: RaceProgram, seconds: Seconds, bytes: number): Row {
  const ratios = ratiosOf(seconds);
  const cells = new Map([...ratios].map(([engine, ratio]) => [engine, `${ratio.toFixed(2)}x`]));
  const mawk = seconds.get(YARDSTICK);
  if (mawk !== undefined)
    cells.set(YARDSTICK, `${mawk.toFixed(2)} s, ${Math.round(bytes / 1e6 / mawk)} MB/s`);
  return {
    race: `${name}, ${title}`,
    target: `<= ${EACH_OF_MAWK}x`,
    cells,
    ...verdict(ratios.get('ours'), EACH_OF_MAWK),
  };
}

function meanRow({ engines }: Course, all: readonly Seconds[]): Row[] {
  if (all.length < programs.length) return [];
  const means = new Map(
    engines.map(({ name }): [string, number] => [
      name,
      geometricMean(all.map((one) => one.get(name) ?? NaN)),
    ]),
  );
  const cells = new Map([...means].map(([name, mean]) => [name, `${mean.toFixed(2)}x`]));
  return [
    {
      race: 'P1 to P9, geometric mean',
      target: `<= ${MEAN_OF_MAWK}x`,
      cells,
      ...verdict(means.get('ours'), MEAN_OF_MAWK),
    },
  ];
}

/** A verdict where ours took part and could be compared. */
export function verdict(value: number | undefined, limit: number): { verdict?: boolean } {
  return value === undefined || Number.isNaN(value) ? {} : { verdict: value <= limit };
}
