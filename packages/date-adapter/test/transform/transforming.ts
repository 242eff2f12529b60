// Settings to a transform and lines through it, for the tests of transforms: any way to cut the input is possible.
import { loadSettings } from '@podmate/base/settings';
import { ByteOutput } from '../../src/byte-output.ts';
import { CompiledSettings } from '../../src/compiled-settings.ts';
import { LineCounts, type LineTransform } from '../../src/transform/line-transform.ts';

export type Reported = { reason: string; line: string };

export type Made = { transform: LineTransform; counts: LineCounts; reported: Reported[] };

/** @param files by path, for --config */
export async function makeTransform(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Made> {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return text;
  };
  const reported: Reported[] = [];
  const warn = (_: string, { reason, line }: Record<string, unknown> = {}): void =>
    void reported.push({ reason: String(reason), line: String(line) });
  const surroundings = {
    environment: new Map<string, string>(),
    processIds: new Map<string, number>(),
    hostname: 'pod',
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
    ticks: () => 0,
  };
  const compiled = new CompiledSettings(surroundings);
  const { values } = await loadSettings(compiled.table, { argv, env: {}, readFile });
  const counts = new LineCounts();
  return {
    transform: compiled.blueprintOf(values).make(counts, { warn, error: warn }),
    counts,
    reported,
  };
}

/** Pushes pieces that end where `cuts` (offsets) say, of the file `source`; the output of all of it. */
export function pushAll(
  transform: LineTransform,
  input: Uint8Array,
  cuts: readonly number[],
  source = '-',
): string {
  const out = new ByteOutput(16);
  let text = '';
  const take = (): void => {
    text += out.toString();
    out.clear();
  };
  transform.begin(out);
  let start = 0;
  for (const end of [...cuts, input.length]) {
    if (end === start) continue;
    const [startsLine, endsLine] = [start === 0 || input[start - 1] === 10, input[end - 1] === 10];
    // Bytes that the next piece will overwrite, as an input's buffer does.
    const bytes = Uint8Array.from(input.subarray(start, end));
    transform.push({ bytes, start: 0, end: bytes.length, source, startsLine, endsLine }, out, start);
    bytes.fill(0);
    take();
    start = end;
  }
  transform.end(out);
  take();
  return text;
}

/** Offsets behind each newline. */
export function lineEnds(input: Uint8Array): number[] {
  return [...input.keys()].filter((at) => input[at] === 10).map((at) => at + 1);
}
