// The interpreter's builtins for the compiled program: what is rare (sorting, gensub, times, bits) has one
// implementation. Arguments become variables of a little call, in the text model; results and arrays come back.
// Not hot. Invariant: a builtin called here sees the special variables as they are now.
import type { BuiltinCall, LocalVariable, RegexOperand, SpecialName } from '../ast.ts';
import { Executor } from '../interpreter/executor.ts';
import { findOrder } from '../interpreter/ordering.ts';
import { type RunOptions, RunState } from '../interpreter/run-state.ts';
import {
  AwkArray as TreeArray,
  RunError,
  type Scalar as TreeScalar,
  TypedRegex,
} from '../interpreter/values.ts';
import { AwkArray } from './awk-array.ts';
import { fromModel, toModel } from './byte-text.ts';
import type { Runtime } from './runtime.ts';
import type { Scalar, Value } from './value.ts';

/** A value, or the source of a regex constant. */
export type AssistantArgument = { readonly regex: string } | Value;

const SYNCED: readonly SpecialName[] = ['CONVFMT', 'FS', 'FPAT', 'FIELDWIDTHS', 'IGNORECASE', 'SUBSEP', 'RS'];
const SYNCED_ARRAYS: readonly SpecialName[] = ['ENVIRON', 'PROCINFO'];

export class Assistant {
  readonly #runtime: Runtime;
  readonly #state: RunState;
  readonly #executor: Executor;
  readonly #utf8: boolean;
  readonly #synced = new Map<SpecialName, Scalar>();

  constructor(runtime: Runtime, options: RunOptions) {
    this.#runtime = runtime;
    this.#utf8 = options.utf8;
    this.#state = new RunState({ ...runtime.program, functions: [] }, runtime.world, options);
    this.#executor = new Executor(this.#state, () => {
      throw new RunError("main input is not the assistant's");
    });
  }

  /** @param changed whether the arrays among the arguments may have been changed */
  call(name: BuiltinCall['name'], args: readonly AssistantArgument[], changed: boolean): Scalar {
    this.#sync();
    const frame = args.map((argument) => (isRegex(argument) ? undefined : this.#toTree(argument)));
    const operands = args.map((argument, index) => operandOf(argument, index));
    const result = this.#executor.callBuiltin(
      { kind: 'builtin', at: this.#runtime.at, name, args: operands },
      frame,
    );
    if (changed) {
      args.forEach((argument, index) => {
        const slot = frame[index];
        if (argument instanceof AwkArray && slot instanceof TreeArray) this.#copyBack(slot, argument);
      });
      this.#readBack(name);
    }
    return this.#scalarFromTree(result);
  }

  /** The subscripts in the order PROCINFO["sorted_in"] says, or as inserted. */
  keys(array: AwkArray, call: (name: string, values: Value[]) => Scalar): string[] {
    const procinfo = this.#runtime.specialArray('PROCINFO');
    const entry = procinfo.findText('sorted_in');
    const wanted = entry === -1 ? undefined : procinfo.get(entry);
    if (wanted === undefined || wanted instanceof AwkArray) return array.keys();
    const { convfmt } = this.#runtime.machine;
    const order = findOrder(
      this.#runtime.machine.text(wanted),
      convfmt,
      (name, values) =>
        this.#scalarToTree(
          call(
            name,
            values.map((value) => this.#fromTree(value)),
          ),
        ),
      this.#runtime.ignoreCase,
    );
    const entries = [...this.#toTreeArray(array).elements];
    if (order !== undefined) entries.sort(order);
    return entries.map(([key]) => this.#bytes(key));
  }

  #sync(): void {
    const { specials } = this.#state;
    for (const name of SYNCED) {
      const value = this.#runtime.special(name);
      if (this.#synced.has(name) && this.#synced.get(name) === value) continue;
      this.#synced.set(name, value);
      specials.set(name, this.#scalarToTree(value));
    }
    for (const name of SYNCED_ARRAYS) {
      if (!this.#runtime.program.specials.some((special) => special.name === name)) continue;
      const target = this.#state.specialArray(name).elements;
      target.clear();
      for (const [key, value] of this.#toTreeArray(this.#runtime.specialArray(name)).elements)
        target.set(key, value);
    }
  }

  #readBack(name: BuiltinCall['name']): void {
    if (name !== 'match') return;
    for (const special of ['RSTART', 'RLENGTH'] as const) {
      this.#runtime.setSpecial(special, this.#scalarFromTree(this.#state.specials.get(special)));
    }
  }

  #copyBack(from: TreeArray, to: AwkArray): void {
    to.clear();
    for (const [key, value] of from.elements) to.set(to.entryText(this.#bytes(key)), this.#fromTree(value));
  }

  #bytes(text: string): string {
    return this.#utf8 ? fromModel(text) : text;
  }

  #model(text: string): string {
    return this.#utf8 ? toModel(text) : text;
  }

  #toTree(value: Value): TreeScalar | TreeArray {
    return value instanceof AwkArray ? this.#toTreeArray(value) : this.#scalarToTree(value);
  }

  #scalarToTree(value: Scalar): TreeScalar {
    if (typeof value === 'string') return this.#model(value);
    return value;
  }

  #toTreeArray(array: AwkArray): TreeArray {
    const tree = new TreeArray();
    for (const key of array.keys()) {
      tree.elements.set(this.#model(key), this.#toTree(array.get(array.findText(key))));
    }
    return tree;
  }

  #fromTree(value: TreeScalar | TreeArray): Value {
    if (!(value instanceof TreeArray)) return this.#scalarFromTree(value);
    const array = new AwkArray();
    this.#copyBack(value, array);
    return array;
  }

  #scalarFromTree(value: TreeScalar): Scalar {
    if (typeof value === 'string') return this.#bytes(value);
    return value instanceof TypedRegex ? this.#bytes(value.text) : value;
  }
}

function isRegex(argument: AssistantArgument): argument is { readonly regex: string } {
  return typeof argument === 'object' && 'regex' in argument;
}

function operandOf(argument: AssistantArgument, index: number): RegexOperand {
  if (isRegex(argument)) return { kind: 'regex', at: 0, source: argument.regex };
  const variable: LocalVariable = {
    scope: 'local',
    name: `argument ${index + 1}`,
    index,
    shape: argument instanceof AwkArray ? 'array' : 'scalar',
  };
  return { kind: 'variable', at: 0, variable };
}
