// Each line goes to the first rule that matches it; a line that none takes passes as it is. Runs of lines of one rule
// are handed over together. Lines that look as if they went on (stack traces) go where the line before them went, if
// that rule joins lines. Invariant: of each file the output is in the order of the input, so a rule that holds lines of
// it back lets them go before another rule has its turn.
import type { Regex } from '../awk/regex/regex.ts';
import type { ByteOutput } from '../byte-output.ts';
import { beginsByLooks } from '../formats/stack-traces.ts';
import type { Ending, LineCounts, LineTransform, Piece } from './line-transform.ts';

const LF = 0x0a;

export type CompiledRule = {
  /** Lines that it takes; undefined: all. */
  readonly match: Regex | undefined;
  readonly transform: LineTransform;
  /** Lines without a beginning of their own belong to it. */
  readonly joins: boolean;
};

export class RulesTransform implements LineTransform {
  readonly #rules: readonly CompiledRule[];
  readonly #counts: LineCounts;
  /** By file, the rule of the line before. */
  readonly #last = new Map<string, CompiledRule | undefined>();

  constructor(rules: readonly CompiledRule[], counts: LineCounts) {
    this.#rules = rules;
    this.#counts = counts;
  }

  get heldSince(): number {
    return Math.min(...this.#rules.map(({ transform }) => transform.heldSince));
  }

  get ending(): Ending | undefined {
    return this.#rules.find(({ transform }) => transform.ending !== undefined)?.transform.ending;
  }

  begin(out: ByteOutput): void {
    for (const { transform } of this.#rules) transform.begin(out);
  }

  push(piece: Piece, out: ByteOutput, round: number): void {
    const { bytes, start, end } = piece;
    if (!piece.startsLine)
      return this.#hand(this.#last.get(piece.source), { ...piece, start, end }, out, round);
    let rule = this.#last.get(piece.source);
    let from = start;
    for (let line = start; line < end;) {
      const found = bytes.indexOf(LF, line);
      const stop = found === -1 || found >= end ? end : found;
      const wanted = this.#ruleOf(bytes, line, stop, rule);
      if (wanted !== rule) {
        this.#hand(rule, { ...piece, start: from, end: line }, out, round);
        rule = wanted;
        from = line;
      }
      line = stop + 1;
    }
    this.#hand(rule, { ...piece, start: from, end }, out, round);
  }

  idle(out: ByteOutput, upTo: number, source?: string): void {
    for (const { transform } of this.#rules) transform.idle(out, upTo, source);
  }

  end(out: ByteOutput): void {
    for (const { transform } of this.#rules) transform.end(out);
  }

  #ruleOf(
    bytes: Uint8Array,
    start: number,
    end: number,
    before: CompiledRule | undefined,
  ): CompiledRule | undefined {
    if (before?.joins === true && !beginsByLooks(bytes, start, end)) return before;
    for (const rule of this.#rules) {
      if (rule.match === undefined || rule.match.test(bytes, start, end)) return rule;
    }
    return undefined;
  }

  #hand(rule: CompiledRule | undefined, piece: Piece, out: ByteOutput, round: number): void {
    const { bytes, start, end, startsLine, source } = piece;
    if (start === end) return;
    const last = this.#last.get(source);
    if (last !== rule) last?.transform.idle(out, Infinity, source);
    this.#last.set(source, rule);
    if (rule === undefined) {
      if (startsLine) this.#counts.passed += lines(bytes, start, end);
      out.range(bytes, start, end);
      return;
    }
    rule.transform.push(piece, out, round);
  }
}

function lines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; count++) {
    const found = bytes.indexOf(LF, at);
    at = found === -1 || found >= end ? end : found + 1;
  }
  return count;
}
