// gawk's SYMTAB: an array whose elements are the program's variables, by their names. Reading or assigning an element
// reads or assigns the variable; none can be added or deleted. And FUNCTAB, whose elements are the names of the
// program's functions: nothing in it changes. For run-state.ts, which fills both.
import { AwkArray, RunError, type Scalar } from './values.ts';

/** A variable as an element. */
export type NamedVariable = {
  readonly name: string;
  readonly read: () => Scalar | AwkArray;
  readonly write: (value: Scalar) => void;
};

/** The elements of SYMTAB. */
export class SymbolTable extends Map<string, Scalar | AwkArray> {
  readonly #symbols: ReadonlyMap<string, NamedVariable>;

  constructor(symbols: readonly NamedVariable[]) {
    super();
    this.#symbols = new Map(symbols.map((symbol) => [symbol.name, symbol]));
  }

  override get size(): number {
    return this.#symbols.size;
  }

  override has(name: string): boolean {
    return this.#symbols.has(name);
  }

  override get(name: string): Scalar | AwkArray {
    const symbol = this.#symbols.get(name);
    if (symbol === undefined) throw new RunError(`SYMTAB: no variable ${name}`);
    return symbol.read();
  }

  override set(name: string, value: Scalar | AwkArray): this {
    const symbol = this.#symbols.get(name);
    if (symbol === undefined) {
      if (value === undefined) return this;
      throw new RunError(`SYMTAB: no variable ${name}`);
    }
    if (!(value instanceof AwkArray)) symbol.write(value);
    return this;
  }

  override delete(): boolean {
    throw new RunError('delete is not allowed with SYMTAB');
  }

  override clear(): void {
    this.delete();
  }

  override keys(): MapIterator<string> {
    return this.#symbols.keys();
  }

  override *entries(): MapIterator<[string, Scalar | AwkArray]> {
    for (const [name, symbol] of this.#symbols) yield [name, symbol.read()];
  }

  override [Symbol.iterator](): MapIterator<[string, Scalar | AwkArray]> {
    return this.entries();
  }
}

/** The elements of FUNCTAB. */
export class FunctionTable extends Map<string, Scalar | AwkArray> {
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    super();
    this.#names = new Set(names);
  }

  override get size(): number {
    return this.#names.size;
  }

  override has(name: string): boolean {
    return this.#names.has(name);
  }

  override get(name: string): Scalar {
    if (!this.#names.has(name)) throw new RunError(`FUNCTAB: no function ${name}`);
    return name;
  }

  override set(): this {
    throw new RunError('FUNCTAB cannot be changed');
  }

  override delete(): boolean {
    throw new RunError('delete is not allowed with FUNCTAB');
  }

  override clear(): void {
    this.delete();
  }

  override keys(): MapIterator<string> {
    return this.#names.values();
  }

  override entries(): MapIterator<[string, Scalar | AwkArray]> {
    return this.#names.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, Scalar | AwkArray]> {
    return this.entries();
  }
}
