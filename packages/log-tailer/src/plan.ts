// Settings -> what the parts are made with: inputs, their formats, the engine's options. No effects.
import { BulkFormat } from './bulk-format.ts';
import type { ByteKernel } from './byte-kernel.ts';
import { followOptions } from './follow-settings.ts';
import type { FollowInput } from './follow-input.ts';
import type { FollowStats } from './follow-stats.ts';
import type { InputValues } from './input-settings.ts';
import { ByteFramer, EventFramer, type Framer, Utf16Framer } from './line-framer.ts';
import { HeadWriter, JsonWriter, type LineFormat, RawFormat, RawWriter } from './line-format.ts';
import { jsonHead, prefixHead } from './line-head.ts';
import { RecordFormat } from './record-format.ts';
import type { SettingsValues } from './settings.ts';
import { startPosition } from './tail-arguments.ts';

export type Plan = {
  readonly inputs: readonly FollowInput[];
  /** Formats count lines and stand inside records: make them once, when the inputs go into use. */
  readonly makeFormats: (stats: FollowStats, kernel: ByteKernel) => Map<FollowInput, LineFormat>;
  readonly include: readonly string[];
};

/** One input for the operands and flags, if any files were named there, and one for each section of the file. */
export function planInputs(values: SettingsValues): Plan {
  const groups: InputValues[] = [...(values.include.length > 0 ? [values] : []), ...values.inputs];
  const planned = groups.map((group) => ({ group, input: planInput(group, values) }));
  return {
    inputs: planned.map(({ input }) => input),
    makeFormats: (stats, kernel) =>
      new Map(planned.map(({ group, input }) => [input, planFormat(group, input.framer, stats, kernel)])),
    include: groups.flatMap((group) => group.include),
  };
}

function planInput(group: InputValues, values: SettingsValues): FollowInput {
  const multiline = group.multilineStart !== undefined || group.multilineEnd !== undefined;
  return {
    include: group.include,
    exclude: group.exclude,
    framer: planFramer(group, values.zeroTerminated),
    skipNul: group.skipNul && !values.zeroTerminated && !isUtf16(group.encoding),
    gzip: group.gzip,
    byName: values.follow !== 'descriptor',
    startAt: startPosition(values),
    ignoreOlderMs: values.ignoreOlder ?? Infinity,
    multilineTimeoutMs: multiline ? group.multilineTimeout : Infinity,
    partialTimeoutMs: group.partialTimeout ?? Infinity,
  };
}

const isUtf16 = (encoding: string | undefined): boolean =>
  encoding !== undefined && canonical(encoding).startsWith('utf-16');
const canonical = (label: string): string => new TextDecoder(label).encoding;

function planFramer(group: InputValues, zeroTerminated: boolean): Framer {
  const { multilineStart: start, multilineEnd: end, encoding } = group;
  let lines: Framer = new ByteFramer(zeroTerminated ? 0 : 0x0a);
  if (isUtf16(encoding)) lines = new Utf16Framer(canonical(encoding!) === 'utf-16be' ? 'be' : 'le');
  if (start === undefined && end === undefined) return lines;
  return new EventFramer(lines, { ...(start && { start }), ...(end && { end }) }, encoding);
}

function planFormat(group: InputValues, framer: Framer, stats: FollowStats, kernel: ByteKernel): LineFormat {
  const { format, stripCr, maxLineBytes, longLines, encoding } = group;
  const keepsRecords = !stripCr && maxLineBytes === 0 && encoding === undefined;
  if (format === 'raw' && keepsRecords) return new RawFormat(kernel, framer.newlineByte);
  const headOf = format === 'json' ? jsonHead(group.jsonKey) : prefixHead(group.prefix);
  const byRecord = new RecordFormat({
    framer,
    writer:
      format === 'json'
        ? new JsonWriter(headOf)
        : format === 'prefix'
          ? new HeadWriter(headOf)
          : new RawWriter(),
    stripCr,
    maxLineBytes,
    longLines,
    encoding: encoding === undefined ? undefined : canonical(encoding),
    mustBeUtf8: format === 'json',
    stats,
  });
  const isByLine = framer.lines === framer && framer.newlineByte === 0x0a;
  if (format === 'raw' || !keepsRecords || !isByLine) return byRecord;
  return new BulkFormat({ kernel, rewrite: format, headOf, byRecord });
}

export type Run = { readonly once: boolean; readonly checkpoint: string; readonly headers: boolean };

/** What the whole process is to do: print what is there and end, or follow; tail puts headers between files. */
export function planRun(values: SettingsValues, asTail: boolean): Run {
  const { follow, followName, retry, include, quiet, verbose } = values;
  const printsOnly = asTail && follow === undefined && !followName && !retry;
  return {
    once: values.once || printsOnly,
    checkpoint: printsOnly ? 'off' : values.checkpoint,
    headers: !quiet && (verbose || (asTail && include.length > 1)),
  };
}

/** The engine's options. */
export function planFollow(values: SettingsValues) {
  const { sleepInterval, exitWhenRemoved } = values;
  const options = { ...followOptions(values), endWhenRemoved: exitWhenRemoved };
  if (sleepInterval === undefined) return options;
  return { ...options, pollIntervalMs: Math.max(MIN_POLL_MS, sleepInterval * 1000) };
}

/** `tail -s 0` means as often as can be; this is often enough. */
const MIN_POLL_MS = 10;
