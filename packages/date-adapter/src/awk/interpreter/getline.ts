// The eight forms of getline, with what each of them sets (POSIX awk, "Input Functions", the table of getline):
// from main input NR and FNR; into no variable $0 and NF. RT is gawk's.
// POSIX would have commands count NR as well; no awk does (gawk, mawk, onetrue-awk, busybox).
import type { Getline } from '../ast.ts';
import { WorldError } from '../world.ts';
import type { Evaluator, Place } from './evaluator.ts';
import type { RecordInput } from './main-input.ts';
import type { RecordReader } from './record-reader.ts';
import type { Frame, RunState } from './run-state.ts';
import { inputValue } from './values.ts';

/** @returns 1, 0 at the end, -1 when it cannot be read (ERRNO says why) */
export function runGetline(getline: Getline, frame: Frame, evaluator: Evaluator, input: RecordInput): number {
  const { state } = evaluator;
  const { from, source } = getline;
  if (from === 'input' || source === undefined) {
    const place = targetPlace(getline, frame, evaluator);
    return store(input.read(), place, state);
  }
  const name = evaluator.text(source, frame);
  const place = targetPlace(getline, frame, evaluator);
  try {
    const text = readNamed(state.streams.input(from, name), state);
    return store(text, place, state);
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    state.specials.set('ERRNO', error.message);
    return -1;
  }
}

function targetPlace({ target }: Getline, frame: Frame, evaluator: Evaluator): Place | undefined {
  return target === undefined ? undefined : evaluator.place(target, frame);
}

function readNamed(reader: RecordReader, state: RunState): string | undefined {
  const { specials, codec } = state;
  const found = reader.read(specials.recordSeparator());
  if (found === undefined) return undefined;
  const text = codec.decode(found.record);
  specials.set('RT', codec.decode(found.terminator));
  return text;
}

function store(text: string | undefined, place: Place | undefined, state: RunState): number {
  if (text === undefined) return 0;
  if (place === undefined) state.specials.record.assign(inputValue(text));
  else place.write(inputValue(text));
  return 1;
}
