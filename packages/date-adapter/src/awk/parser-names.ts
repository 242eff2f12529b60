// The names of a program while it is parsed: which variable or function does a name mean here? Awk has no
// declarations but parameters, and those come before the body they hold in, so a name is known when it is read.
// Functions may be called before they are defined; the resolver gives such calls their index.
// Invariant: one object for each variable.
import type {
  Expression,
  FunctionDefinition,
  GlobalVariable,
  LocalVariable,
  SpecialVariable,
  Variable,
} from './ast.ts';
import { SPECIALS, specialIndex } from './specials.ts';

/** A FunctionCall whose index the resolver fills in. */
export type OpenCall = {
  readonly at: number;
  readonly name: string;
  index: number;
  readonly args: readonly Expression[];
};

export class Names {
  readonly posix: boolean;
  readonly globals: GlobalVariable[] = [];
  readonly specials: SpecialVariable[] = [];
  readonly functions: FunctionDefinition[] = [];
  readonly calls: OpenCall[] = [];
  /** Where each global and special is first mentioned. */
  readonly mentions = new Map<Variable, number>();
  readonly #known = new Map<string, GlobalVariable | SpecialVariable>();
  #locals: ReadonlyMap<string, LocalVariable> = new Map();

  constructor(posix: boolean) {
    this.posix = posix;
  }

  /** Enters a function; its parameters are in force until `leave`. */
  enter(parameters: readonly LocalVariable[]): void {
    this.#locals = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  }

  leave(): void {
    this.#locals = new Map();
  }

  /** What the name means here: a parameter, a special variable or a global, which is made when it is new. */
  variable(name: string, at: number): Variable {
    const local = this.#locals.get(name);
    if (local !== undefined) return local;
    const known = this.#known.get(name) ?? this.#special(name) ?? this.#global(name);
    if (!this.#known.has(name)) this.mentions.set(known, at);
    this.#known.set(name, known);
    return known;
  }

  isFunction(name: string): boolean {
    return !this.#locals.has(name) && this.functions.some((definition) => definition.name === name);
  }

  #special(name: string): SpecialVariable | undefined {
    const index = specialIndex(name, this.posix);
    const special = index === undefined ? undefined : SPECIALS[index];
    if (index === undefined || special === undefined) return undefined;
    const variable: SpecialVariable = { scope: 'special', name: special.name, index, shape: special.shape };
    this.specials.push(variable);
    return variable;
  }

  #global(name: string): GlobalVariable {
    const variable: GlobalVariable = { scope: 'global', name, index: this.globals.length, shape: 'untyped' };
    this.globals.push(variable);
    return variable;
  }
}
