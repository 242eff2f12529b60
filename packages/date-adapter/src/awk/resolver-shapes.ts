// Which variables are arrays, which are scalars, and which show it only while the program runs. Awk has no
// declarations, so uses decide, also those inside the functions that a variable is handed to: information flows
// along the call graph, both ways, until nothing changes; recursion needs no care. For the resolver.
// A parameter used both ways (gawk's programs ask isarray first) stays untyped; a global used both ways is refused.
import type {
  ArrayReference,
  Expression,
  FunctionCall,
  LocalVariable,
  Program,
  RegexOperand,
  Shape,
  Variable,
} from './ast.ts';
import { argumentKind, findBuiltin } from './builtins.ts';
import { SourceError } from './source-error.ts';
import { type Node, walkProgram } from './walk.ts';

/** What is known of a variable. Places are offsets into the text. */
class Uses {
  /** Where it is used as an array, or handed to a parameter that is one. */
  array: number | undefined;
  scalar: number | undefined;
  /** By isarray or typeof: the program minds both. */
  probed = false;
  /** Handed to a function that is not known. */
  escapes = false;
  /** The parameters it is handed to, and where. */
  readonly handed: { readonly parameter: Variable; readonly at: number }[] = [];
  /** Of a parameter: whether callers hand it arrays, scalars. */
  givenArray = false;
  givenScalar = false;

  get mustBeArray(): boolean {
    return this.array !== undefined && this.scalar === undefined && !this.probed;
  }

  get isUnused(): boolean {
    return this.array === undefined && this.scalar === undefined;
  }
}

export class ShapeInference {
  readonly #program: Program;
  readonly #uses = new Map<Variable, Uses>();
  /** References whose use is said by what they stand in; all others are scalars. */
  readonly #claimed = new Set<Node>();
  /** Some arrays have arrays as elements. */
  #nested = false;
  /** Some function may be called by its name in a variable. */
  #indirect = false;
  readonly #called = new Set<number>();
  /** Parameters that get elements; arguments that can only be scalars. */
  readonly #elementsGiven: LocalVariable[] = [];
  readonly #scalarsGiven: { readonly parameter: LocalVariable; readonly at: number }[] = [];

  constructor(program: Program) {
    this.#program = program;
  }

  /** @throws SourceError for a variable that is both, or an argument of the wrong shape */
  run(): void {
    for (const special of this.#program.specials) this.#declare(special);
    walkProgram(this.#program, (node) => this.#collect(node));
    this.#untilStable(() => this.#flowToArguments());
    this.#giveUnknown();
    this.#untilStable(() => this.#flowToParameters());
    for (const variable of this.#variables()) this.#check(variable);
    this.#decide();
  }

  #variables(): Variable[] {
    const { globals, functions } = this.#program;
    return [...globals, ...functions.flatMap((definition) => definition.parameters)];
  }

  #of(variable: Variable): Uses {
    const known = this.#uses.get(variable);
    if (known !== undefined) return known;
    const uses = new Uses();
    this.#uses.set(variable, uses);
    return uses;
  }

  #declare(special: Variable): void {
    if (special.shape === 'array') this.#of(special).array = 0;
    else this.#of(special).scalar = 0;
  }

  #collect(node: Node): void {
    switch (node.kind) {
      case 'variable':
        if (!this.#claimed.has(node)) this.#useAsScalar(node.variable, node.at);
        break;
      case 'subscript':
      case 'membership':
      case 'delete':
      case 'forIn':
        this.#useAsArray(node.array);
        break;
      case 'builtin':
        for (const [place, argument] of node.args.entries())
          this.#builtinArgument(node.name, place, argument);
        break;
      case 'call':
        this.#call(node);
        break;
      case 'indirectCall':
        this.#indirect = true;
        this.#useAsScalar(node.callee, node.at);
        for (const argument of node.args) {
          if (argument.kind !== 'variable') continue;
          this.#claimed.add(argument);
          this.#of(argument.variable).escapes = true;
        }
        break;
      default:
    }
  }

  #useAsScalar(variable: Variable, at: number): void {
    if (variable.scope === 'special' && variable.shape === 'array') {
      throw this.#error(at, `${variable.name} is an array; here a scalar is needed`);
    }
    this.#of(variable).scalar ??= at;
  }

  #useAsArray(reference: ArrayReference): void {
    if (reference.kind === 'subscript') {
      this.#nested = true;
      return;
    }
    const { variable, at } = reference;
    if (variable.scope === 'special' && variable.shape === 'scalar') {
      throw this.#error(at, `${variable.name} is a scalar; here an array is needed`);
    }
    this.#claimed.add(reference);
    this.#of(variable).array ??= at;
  }

  #builtinArgument(name: string, place: number, argument: RegexOperand): void {
    const builtin = findBuiltin(name, this.#program.posix);
    const kind = builtin === undefined ? 'value' : argumentKind(builtin, place);
    if (kind === 'array') {
      if (argument.kind !== 'variable' && argument.kind !== 'subscript') {
        throw this.#error(argument.at, `argument ${place + 1} of ${name} is the name of an array`);
      }
      this.#useAsArray(argument);
    } else if (kind === 'any' && argument.kind === 'variable') {
      this.#claimed.add(argument);
      if (name !== 'length') this.#of(argument.variable).probed = true;
    } else if (kind === 'any' && argument.kind === 'subscript') {
      this.#nested = true;
    }
  }

  #call(call: FunctionCall): void {
    this.#called.add(call.index);
    const parameters = this.#program.functions[call.index]?.parameters ?? [];
    for (const [place, argument] of call.args.entries()) {
      const parameter = parameters[place];
      if (parameter !== undefined) this.#hand(argument, parameter);
    }
  }

  #hand(argument: Expression, parameter: LocalVariable): void {
    if (argument.kind === 'variable') {
      this.#claimed.add(argument);
      this.#of(argument.variable).handed.push({ parameter, at: argument.at });
    } else if (argument.kind === 'subscript') {
      this.#elementsGiven.push(parameter);
    } else {
      this.#of(parameter).givenScalar = true;
      this.#scalarsGiven.push({ parameter, at: argument.at });
    }
  }

  #untilStable(step: () => boolean): void {
    while (step());
  }

  /** What is handed to an array parameter is an array. @returns whether that was news */
  #flowToArguments(): boolean {
    let changed = false;
    for (const uses of this.#uses.values()) {
      const to =
        uses.array === undefined && uses.handed.find(({ parameter }) => this.#of(parameter).mustBeArray);
      if (!to) continue;
      uses.array = to.at;
      changed = true;
    }
    return changed;
  }

  /** Elements may be arrays where arrays are nested; of a function called by name nothing is known. */
  #giveUnknown(): void {
    const nested = this.#nested || this.#elementsGiven.some((parameter) => this.#of(parameter).mustBeArray);
    for (const parameter of this.#elementsGiven) {
      this.#of(parameter).givenScalar = true;
      if (nested) this.#of(parameter).givenArray = true;
    }
    for (const { index, parameters } of this.#program.functions) {
      if (!this.#indirect && this.#called.has(index)) continue;
      for (const parameter of parameters) {
        this.#of(parameter).givenScalar = true;
        this.#of(parameter).givenArray = true;
      }
    }
  }

  /** A parameter that is only handed on may be what its callers hand it. */
  #flowToParameters(): boolean {
    let changed = false;
    for (const uses of this.#uses.values()) {
      const array = uses.array !== undefined || (uses.isUnused && uses.givenArray);
      const scalar = uses.scalar !== undefined || (uses.isUnused && uses.givenScalar);
      for (const { parameter } of uses.handed) {
        const given = this.#of(parameter);
        changed ||= (array && !given.givenArray) || (scalar && !given.givenScalar);
        given.givenArray ||= array;
        given.givenScalar ||= scalar;
      }
    }
    return changed;
  }

  #check(variable: Variable): void {
    const uses = this.#of(variable);
    if (
      variable.scope === 'global' &&
      !uses.probed &&
      uses.array !== undefined &&
      uses.scalar !== undefined
    ) {
      throw this.#conflict(variable.name, uses.array, uses.scalar);
    }
    for (const { parameter, at } of uses.handed) {
      const { scalar, array, probed } = this.#of(parameter);
      const isArray =
        uses.mustBeArray || (uses.isUnused && uses.givenArray && !uses.givenScalar && !uses.probed);
      if (isArray && scalar !== undefined && array === undefined && !probed) {
        throw this.#error(at, `${variable.name} is an array, but the function needs a scalar here`);
      }
    }
  }

  #conflict(name: string, array: number, scalar: number): SourceError {
    const other = this.#program.source.locate(Math.min(array, scalar));
    const [here, there] = array > scalar ? ['an array', 'a scalar'] : ['a scalar', 'an array'];
    const place = `${other.name}:${other.line}:${other.column}`;
    return this.#error(Math.max(array, scalar), `${name} is used as ${here} here, as ${there} at ${place}`);
  }

  #decide(): void {
    for (const { parameter, at } of this.#scalarsGiven) {
      if (!this.#of(parameter).mustBeArray) continue;
      throw this.#error(at, `a scalar, but the function needs an array here`);
    }
    for (const variable of this.#variables()) setShape(variable, this.#shape(variable));
    // Unused by itself, and handed on to who may make an array of it: nobody knows.
    this.#untilStable(() => {
      let changed = false;
      for (const [variable, uses] of this.#uses) {
        const settled = variable.scope === 'special' || variable.shape !== 'scalar' || !uses.isUnused;
        if (settled || uses.handed.every(({ parameter }) => parameter.shape === 'scalar')) continue;
        setShape(variable, 'untyped');
        changed = true;
      }
      return changed;
    });
  }

  #shape(variable: Variable): Shape {
    const uses = this.#of(variable);
    const { array, scalar } = uses;
    if (array !== undefined && scalar !== undefined) return 'untyped';
    if (uses.probed && (variable.scope === 'local' || uses.isUnused)) return 'untyped';
    if (array !== undefined) return 'array';
    if (scalar !== undefined) return 'scalar';
    if (uses.escapes) return 'untyped';
    if (uses.givenArray) return uses.givenScalar ? 'untyped' : 'array';
    return 'scalar';
  }

  #error(at: number, what: string): SourceError {
    return new SourceError(this.#program.source, at, what);
  }
}

function setShape(variable: { shape: Shape }, shape: Shape): void {
  variable.shape = shape;
}
