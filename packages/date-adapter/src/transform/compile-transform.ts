// Settings -> the transform they ask for. Everything that can be wrong with a program, a layout, a format or a rule is
// found before anything is made, all of it at once. For check.ts and for main.
import type { SettingFault } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import { flagName } from '@podmate/base/settings-grammar';
import type { Permission } from '../awk/analysis-reaches.ts';
import { compileRegex } from '../awk/regex/regex.ts';
import { jobsOf, readOperands } from '../operands.ts';
import type { SettingsValues } from '../settings.ts';
import { compileProgram, needsThread, readAssignments, readPermissions, readProgram } from './compile-awk.ts';
import type { NameOf } from './compile-dates.ts';
import { FailureReport } from './failure-report.ts';
import type { LineCounts, LineTransform } from './line-transform.ts';
import { type Part, RuleCompiler } from './rule-compiler.ts';
import { type CompiledRule, RulesTransform } from './rules-transform.ts';
import type { Surroundings } from './surroundings.ts';

export type Blueprint = {
  readonly faults: readonly SettingFault[];
  /** What is not wrong, but may not be meant; to be said once. */
  readonly warnings: readonly string[];
  /** It has to run on a thread of its own. */
  readonly needsThread: boolean;
  /** Makes the transform; only without faults. */
  make(counts: LineCounts, log: Pick<Log, 'warn' | 'error'>): LineTransform;
};

export function compileTransform(values: SettingsValues, world: Surroundings): Blueprint {
  const compiler = new TransformCompiler(values, world);
  const part = compiler.compile();
  const { faults: found, programs } = compiler.rules;
  return {
    faults: found.faults,
    warnings: found.warnings,
    needsThread: programs.some(needsThread),
    make: (counts, log) => {
      const report = new FailureReport(log, world.ticks);
      if (part === undefined) throw new Error('settings with faults were put to use');
      return part({ counts, report, log });
    },
  };
}

class TransformCompiler {
  readonly rules: RuleCompiler;
  readonly #values: SettingsValues;

  constructor(values: SettingsValues, world: Surroundings) {
    this.#values = values;
    const fixed = values.now === undefined ? undefined : instantOf(values.now);
    this.rules = new RuleCompiler(values, fixed === undefined ? world : { ...world, now: () => fixed });
    if (Number.isNaN(fixed)) {
      const todo = 'write one as 2026-11-21T18:00:00Z';
      this.rules.faults.add({ setting: '--now', value: values.now ?? '', what: 'not a time', todo });
    }
  }

  compile(): Part | undefined {
    const jobs = jobsOf(this.#values);
    const allowed = readPermissions(this.#values.allow, this.rules.faults);
    if (jobs.length > 1) {
      const what = `${jobs.map((job) => WORDS[job]).join(' and ')} at once`;
      this.rules.faults.add({ what, todo: 'keep one of them, or make rules of them' });
      return undefined;
    }
    switch (jobs[0]) {
      case 'dates':
        return this.rules.dates(this.#values, flagName);
      case 'formats':
        return this.rules.formats(this.#values, flagName)?.part;
      case 'rules':
        return this.#rules(allowed);
      default:
        return this.#program(allowed);
    }
  }

  #program(allowed: ReadonlySet<Permission>): Part | undefined {
    const { rules } = this;
    const values = this.#values;
    const { program: operand, assignments } = readOperands(values);
    const { posix, csv, fieldSeparator } = values;
    const sources = readProgram(values, rules.faults);
    if (sources.length === 0) {
      if (values.programFile.length > 0) return undefined;
      const todo = 'write an awk program, --from and --to, --parse and --output, or rules in a settings file';
      rules.faults.add({ what: 'nothing to do', todo });
      return undefined;
    }
    const separator =
      fieldSeparator === undefined ? [] : [`FS=${fieldSeparator === 't' ? '\\t' : fieldSeparator}`];
    const first = [
      ...readAssignments(separator, posix, '--field-separator', rules.faults),
      ...readAssignments(values.assign, posix, '--assign', rules.faults),
    ];
    const later = readAssignments(assignments, posix, 'operand', rules.faults);
    const program = compileProgram(sources, posix, allowed, 'program', rules.faults);
    if (program === undefined) return undefined;
    rules.checkPolicy(values, flagName);
    return rules.awk(values, program, {
      posix,
      csv,
      utf8: rules.isUtf8(),
      assignments: first,
      operandAssignments: later,
      operands: values.operands.slice(operand === undefined ? 0 : 1),
    });
  }

  #rules(allowed: ReadonlySet<Permission>): Part | undefined {
    const compiled = this.#values.rules.map((rule, index) => {
      const nameOf: NameOf = (key) => `rules[${index}].${key}`;
      const { match: source } = rule;
      const match =
        source === undefined
          ? undefined
          : this.rules.faults.attempt(nameOf('match'), source, () => compileRegex(source));
      const found = this.rules.rule(rule, nameOf, allowed);
      return found && { match, ...found };
    });
    if (compiled.includes(undefined)) return undefined;
    return (shared) => {
      const rules = compiled.flatMap((rule): CompiledRule[] =>
        rule === undefined ? [] : [{ match: rule.match, joins: rule.joins, transform: rule.part(shared) }],
      );
      return new RulesTransform(rules, shared.counts);
    };
  }
}

const WORDS = {
  program: 'a program',
  dates: '--from or --to',
  formats: '--parse or --output',
  rules: 'rules',
};

/** Seconds since 1970; NaN for what is no RFC 3339 time. */
function instantOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) / 1000 : NaN;
}
