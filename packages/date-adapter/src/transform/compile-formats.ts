// The format settings of a rule, compiled: parser, output, the converter of their stamps, and the joiner of lines.
import { ByteOutput } from '../byte-output.ts';
import { writerOf } from '../dates/date-rule.ts';
import { CriPartials } from '../formats/cri-partials.ts';
import { stampsBy } from '../formats/date-stamps.ts';
import { DockerPartials } from '../formats/docker-partials.ts';
import { FieldNames } from '../formats/field-names.ts';
import { type InputFormat, inputFormat } from '../formats/input-formats.ts';
import { LineConverter } from '../formats/line-converter.ts';
import type { LineJoiner, RecordSink } from '../formats/line-joiner.ts';
import { LogRecord, STRING } from '../formats/log-record.ts';
import { outputFormat, stampLayout } from '../formats/outputs/output-formats.ts';
import type { RecordOutput } from '../formats/outputs/record-output.ts';
import { beginsByLooks, StackTraces } from '../formats/stack-traces.ts';
import type { RuleValues } from '../rule-settings.ts';
import { compileDates, type NameOf, nowWriter } from './compile-dates.ts';
import type { FaultList } from './fault-list.ts';
import { fieldTypes, namedValues } from './named-values.ts';
import type { PolicyParts } from './failure-policy.ts';
import type { Surroundings } from './surroundings.ts';

const OUTPUT = 'json';

export type CompiledFormats = {
  readonly converter: LineConverter;
  readonly appendTagged: PolicyParts['appendTagged'];
  readonly join: ((deliver: RecordSink) => LineJoiner) | undefined;
  /** Stack traces belong to the record before them. */
  readonly joinsTraces: boolean;
};

/** @returns undefined, and faults, for what is wrong */
export function compileFormats(
  rule: RuleValues,
  nameOf: NameOf,
  surroundings: Surroundings,
  faults: FaultList,
): CompiledFormats | undefined {
  const { parse = '', output: spec = OUTPUT } = rule;
  const before = faults.faults.length;
  const names = new FieldNames();
  const definitions = namedValues(rule.grok, nameOf('grok'), faults);
  const input = faults.attempt(nameOf('parse'), parse, () => inputFormat(parse, names, definitions));
  const wanted = stampLayout(spec);
  if (wanted !== undefined && rule.to !== undefined) {
    const todo = `leave it out: ${spec} says how a time is written`;
    faults.add({ setting: nameOf('to'), value: rule.to, what: `not with ${nameOf('output')} ${spec}`, todo });
  }
  const dates = input && stampDates(rule, input, wanted, nameOf, surroundings, faults);
  const options = {
    rename: namedValues(rule.rename, nameOf('rename'), faults),
    add: namedValues(rule.add, nameOf('add'), faults),
    types: fieldTypes(rule.type, nameOf('type'), faults),
    drop: rule.drop,
    host: surroundings.hostname,
    ecs: input?.ecs,
    dataset: input?.dataset,
    stamp: dates && stampsBy(dates.converter),
    ...(rule.keepRaw !== undefined && { keepRaw: rule.keepRaw }),
  };
  const output = faults.attempt(nameOf('output'), spec, () => outputFormat(spec, options));
  if (input === undefined || output === undefined || faults.faults.length > before) return undefined;
  const joinsTraces = rule.multiline === 'on' || (rule.multiline === 'auto' && hasTraces(parse));
  const needsTime = wanted !== undefined;
  return {
    converter: new LineConverter(input.parser, output, names),
    appendTagged: tagger(output, names, input.stamps[0], needsTime, surroundings),
    join: joinerOf(parse, joinsTraces),
    joinsTraces,
  };
}

/** Stamps are touched only where the settings or the output want something of them. */
function stampDates(
  rule: RuleValues,
  input: InputFormat,
  wanted: string | undefined,
  nameOf: NameOf,
  surroundings: Surroundings,
  faults: FaultList,
) {
  const { from, to, fromZone, toZone } = rule;
  const asks = from.length > 0 || [to, fromZone, toZone, wanted].some((setting) => setting !== undefined);
  const layouts = from.length > 0 ? from : input.stamps;
  if (!asks || layouts.length === 0) return undefined;
  return compileDates(rule, nameOf, surroundings, faults, { from: layouts, to: wanted });
}

/** Formats whose messages have stack traces below them. */
function hasTraces(parse: string): boolean {
  return /^(?:log4j|logback|klog|glog|pattern:.*)$/s.test(parse);
}

function joinerOf(parse: string, joinsTraces: boolean): ((deliver: RecordSink) => LineJoiner) | undefined {
  if (/^cri(?:\+|$)/.test(parse)) return (deliver) => new CriPartials(deliver);
  if (/^docker(?:\+|$)/.test(parse)) return (deliver) => new DockerPartials(deliver);
  return joinsTraces ? (deliver) => new StackTraces({ begins: beginsByLooks }, deliver) : undefined;
}

/** A line that is no record of the format, as one: its text is the message, the reason a field. */
function tagger(
  output: RecordOutput,
  names: FieldNames,
  layout: string | undefined,
  needsTime: boolean,
  { now }: Surroundings,
): PolicyParts['appendTagged'] {
  const record = new LogRecord();
  const [message, time, tag] = [names.intern('message'), names.intern('time'), names.intern('_parse_error')];
  const readable = layout === undefined || layout === 'auto' ? 'rfc3339' : layout;
  const appendNow = nowWriter({ from: [readable], to: writable(readable), fromZone: 'UTC' }, now);
  const stamp = new ByteOutput(64);
  return (bytes, start, end, reason, out) => {
    record.begin(bytes, start, end);
    record.message = record.count;
    record.add(message, STRING, start, end);
    if (reason !== undefined) {
      const text = Buffer.from(reason);
      record.addFrom(tag, STRING, text, 0, text.length);
    }
    if (reason === undefined || needsTime) {
      stamp.clear();
      appendNow(stamp);
      record.time = record.count;
      record.addFrom(time, STRING, stamp.bytes, 0, stamp.length);
    }
    if (!output.write(record, out)) out.range(bytes, start, end);
  };
}

/** Layouts that can only be read have no way to say now; every reader of them reads this too. */
function writable(layout: string): string {
  try {
    writerOf({ to: layout }, {});
    return layout;
  } catch {
    return 'rfc3339';
  }
}
