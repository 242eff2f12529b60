// The constants of generated code: byte strings in the heap, regexes, replacements, formats. Generated code knows them
// by address or as C[index]; nothing of them is made again while the program runs.
import type { Program, RegexConstant, SpecialName } from '../ast.ts';
import { fromModel } from '../runtime/byte-text.ts';
import type { Pattern } from '../runtime/pattern.ts';
import type { Runtime } from '../runtime/runtime.ts';

export class CodeConstants {
  readonly program: Program;
  /** What C is in generated code. */
  readonly objects: unknown[] = [];
  readonly #runtime: Runtime;
  readonly #placed = new Map<string, { address: number; length: number }>();
  readonly #patterns = new Map<string, { name: string; pattern: Pattern }>();
  #interrupt: string | undefined;
  readonly #arrays = new Map<SpecialName, string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.program = runtime.program;
  }

  /** @param text a byte string */
  bytes(text: string): { address: number; length: number } {
    let place = this.#placed.get(text);
    if (place === undefined) {
      place = { address: this.#runtime.machine.constant(Buffer.from(text, 'latin1')), length: text.length };
      this.#placed.set(text, place);
    }
    return place;
  }

  /** Statements that write a constant. */
  put(text: string): string {
    if (text === '') return '';
    if (text.length === 1) return `o=L.putByte(R,o,${text.charCodeAt(0)});`;
    const { address, length } = this.bytes(text);
    return `o=L.putRange(R,o,${address},${address + length});`;
  }

  object(value: unknown): string {
    this.objects.push(value);
    return `c${this.objects.length - 1}`;
  }

  /** @throws RegexError */
  pattern(regex: RegexConstant): string {
    return this.#place(regex).name;
  }

  /** These regexes as one array. @throws RegexError */
  list(regexes: readonly RegexConstant[]): string {
    return this.object([...new Set(regexes.map((regex) => this.#place(regex).pattern))]);
  }

  #place({ source }: RegexConstant): { name: string; pattern: Pattern } {
    let place = this.#patterns.get(source);
    if (place === undefined) {
      const pattern = this.#runtime.constantPattern(fromModel(source));
      place = { name: this.object(pattern), pattern };
      this.#patterns.set(source, place);
    }
    return place;
  }

  /** The flag that asks the run to end; undefined when nobody can ask. */
  interrupt(): string | undefined {
    const { interrupt } = this.#runtime;
    if (interrupt !== undefined) this.#interrupt ??= this.object(interrupt);
    return this.#interrupt;
  }

  replacement(text: string): string {
    return this.object(this.#runtime.constantReplacement(text));
  }

  specialArray(name: SpecialName): string {
    let constant = this.#arrays.get(name);
    if (constant === undefined) {
      constant = this.object(this.#runtime.specialArray(name));
      this.#arrays.set(name, constant);
    }
    return constant;
  }
}
