// The formats that we write, by name, and the layout in which each wants its time. Pure, cold. For settings
// (`output: ecs`, `output: 'template:{level} {message}'`).
import { CriOutput } from './cri.ts';
import { type EcsNames, EcsOutput } from './ecs.ts';
import type { FieldOptions } from './field-options.ts';
import { GelfOutput } from './gelf.ts';
import { JsonOutput } from './json.ts';
import { LogfmtOutput } from './logfmt.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';
import { SplunkHecOutput } from './splunk-hec.ts';
import { TemplateOutput } from './template.ts';

export type OutputOptions = FieldOptions & {
  /** Writes the layout that `stampLayout` names, or, where that is undefined, the user's. */
  readonly stamp?: StampConverter | undefined;
  /** From the input format, for ECS. */
  readonly ecs?: EcsNames | undefined;
  readonly dataset?: string | undefined;
  /** For GELF and Splunk, whose records name their host: this machine's, when they do not. */
  readonly host: string;
  readonly source?: string | undefined;
  readonly sourcetype?: string | undefined;
  readonly index?: string | undefined;
  /** For CRI. */
  readonly stream?: 'stdout' | 'stderr' | undefined;
};

export const OUTPUT_FORMAT_NAMES: readonly string[] = ['json', 'logfmt', 'ecs', 'gelf', 'hec', 'cri'];

/** The layout (of dates/) that a format asks for; undefined when any will do. */
export function stampLayout(spec: string): string | undefined {
  if (spec === 'ecs' || spec === 'cri') return 'rfc3339';
  return spec === 'gelf' || spec === 'hec' ? 'float' : undefined;
}

/** @throws Error for a name that is none, and for a template that cannot be */
export function outputFormat(spec: string, options: OutputOptions): RecordOutput {
  const { stamp } = options;
  switch (spec) {
    case 'json':
      return new JsonOutput(options);
    case 'logfmt':
      return new LogfmtOutput(options);
    case 'ecs':
      return new EcsOutput({ ...options, names: options.ecs ?? {} });
    case 'gelf':
      return new GelfOutput(options);
    case 'hec':
      return new SplunkHecOutput(options);
    case 'cri':
      return new CriOutput({ stamp, stream: options.stream });
    default:
      if (spec.startsWith('template:')) return new TemplateOutput({ template: spec.slice(9), stamp });
  }
  throw new Error(`no output format ${spec}; there are ${OUTPUT_FORMAT_NAMES.join(', ')} and template:...`);
}
