// One rule of the settings, compiled: dates, formats or an awk program for its lines, each with what becomes of lines that
// cannot be converted. For compile-transform.ts, which has a rule for all lines (the flags) or several.
import type { Log } from '@podmate/base/log';
import { analyze } from '../awk/analysis.ts';
import type { Permission } from '../awk/analysis-reaches.ts';
import type { Program } from '../awk/ast.ts';
import type { RuleValues } from '../rule-settings.ts';
import type { SettingsValues } from '../settings.ts';
import { compileProgram, makeAwkTransform, type ProgramOptions } from './compile-awk.ts';
import { compileDates, type NameOf, nowWriter } from './compile-dates.ts';
import { compileFormats } from './compile-formats.ts';
import { DateTransform } from './date-transform.ts';
import { FailurePolicy } from './failure-policy.ts';
import type { FailureReport } from './failure-report.ts';
import { FaultList } from './fault-list.ts';
import { FormatTransform } from './format-transform.ts';
import type { LineCounts, LineTransform } from './line-transform.ts';
import { rejectWriter } from './reject-file.ts';
import type { Surroundings } from './surroundings.ts';

/** A part of the transform, ready to be made. */
export type Part = (shared: Shared) => LineTransform;
export type Shared = {
  readonly counts: LineCounts;
  readonly report: FailureReport;
  readonly log: Pick<Log, 'error'>;
};

/** The part of a rule, and whether lines without a beginning of their own belong to it. */
type RulePart = { readonly part: Part; readonly joins: boolean };

export class RuleCompiler {
  readonly faults = new FaultList();
  readonly programs: Program[] = [];
  readonly #values: SettingsValues;
  readonly #surroundings: Surroundings;

  constructor(values: SettingsValues, surroundings: Surroundings) {
    this.#values = values;
    this.#surroundings = surroundings;
  }

  awk(rule: RuleValues, program: Program, options: ProgramOptions): Part {
    this.programs.push(program);
    return (shared) => {
      const { counts } = shared;
      const policy = this.#policy(rule, shared, {});
      return makeAwkTransform(program, options, this.#surroundings, { counts, policy });
    };
  }

  /** The locale as the C library finds it. Without one, UTF-8: an image has no locales, its logs have. */
  isUtf8(): boolean {
    if (this.#values.charactersAsBytes) return false;
    const { environment } = this.#surroundings;
    const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment.get(name)).find((value) => value);
    return locale === undefined || /utf-?8/i.test(locale);
  }

  dates(rule: RuleValues, nameOf: NameOf): Part | undefined {
    const dates = compileDates(rule, nameOf, this.#surroundings, this.faults);
    this.checkPolicy(rule, nameOf);
    if (dates === undefined) return undefined;
    const appendNow = nowWriter(dates.rule, this.#surroundings.now);
    const everyLine = rule.multiline === 'off';
    return (shared) => {
      const policy = this.#policy(rule, shared, { appendNow });
      return new DateTransform({ converter: dates.converter, policy, counts: shared.counts, everyLine });
    };
  }

  formats(rule: RuleValues, nameOf: NameOf): RulePart | undefined {
    if (rule.parse === undefined) {
      const todo = `name the format of the lines with ${nameOf('parse')}`;
      this.faults.add({
        setting: nameOf('output'),
        ...(rule.output && { value: rule.output }),
        what: 'nothing to write',
        todo,
      });
      return undefined;
    }
    const formats = compileFormats(rule, nameOf, this.#surroundings, this.faults);
    this.checkPolicy(rule, nameOf);
    if (formats === undefined) return undefined;
    const { converter, join, appendTagged, joinsTraces } = formats;
    const part: Part = (shared) => {
      const policy = this.#policy(rule, shared, { appendTagged });
      return new FormatTransform({ converter, policy, counts: shared.counts, join });
    };
    return { part, joins: joinsTraces };
  }

  rule(
    rule: SettingsValues['rules'][number],
    nameOf: NameOf,
    allowed: ReadonlySet<Permission>,
  ): RulePart | undefined {
    const asks = [rule.awk !== undefined, rule.parse !== undefined || rule.output !== undefined].filter(
      Boolean,
    );
    const hasDates = rule.from.length > 0 || rule.to !== undefined;
    if (asks.length > 1 || (rule.awk !== undefined && hasDates)) {
      this.faults.add({ setting: nameOf('awk'), what: 'not together with from, to, parse or output' });
      return undefined;
    }
    if (rule.awk !== undefined) {
      const source = { name: nameOf('awk'), text: rule.awk };
      const program = compileProgram([source], this.#values.posix, allowed, nameOf('awk'), this.faults);
      if (program !== undefined && analyze(program).getline.input) {
        const what = 'getline of the input itself cannot be in a rule';
        this.faults.add({
          setting: nameOf('awk'),
          what,
          todo: 'run it as the program of an adapter of its own',
        });
      }
      this.checkPolicy(rule, nameOf);
      const { posix } = this.#values;
      const options = {
        posix,
        csv: false,
        utf8: this.isUtf8(),
        assignments: [],
        operandAssignments: [],
        operands: [],
      };
      return program && { part: this.awk(rule, program, options), joins: false };
    }
    if (asks.length > 0) return this.formats(rule, nameOf);
    if (!hasDates) {
      const todo = 'add from, to, parse, output or awk';
      this.faults.add({ setting: nameOf(''), what: 'a rule that does nothing', todo });
      return undefined;
    }
    const part = this.dates(rule, nameOf);
    return part && { part, joins: false };
  }

  checkPolicy(rule: RuleValues, nameOf: NameOf): void {
    if (rule.onError !== 'reject-file' || this.#values.rejectFile !== undefined) return;
    const todo = 'name it with --reject-file';
    this.faults.add({ setting: nameOf('onError'), value: rule.onError, what: 'no file is named', todo });
  }

  #policy(
    { onError }: RuleValues,
    shared: Shared,
    how: Pick<ConstructorParameters<typeof FailurePolicy>[0], 'appendNow' | 'appendTagged'>,
  ): FailurePolicy {
    const { rejectFile } = this.#values;
    const reject = rejectWriter(onError === 'reject-file' ? rejectFile : undefined, shared.log);
    return new FailurePolicy({ onError, counts: shared.counts, report: shared.report, reject, ...how });
  }
}
