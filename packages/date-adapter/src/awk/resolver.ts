// Ties the names of a parsed program together: calls get the index of their function, variables their shape, and
// what cannot be right is refused. For parser.ts, as its last step.
// Stricter than gawk in one thing: what can only fail when it is reached (a call of a function that is not there,
// an array used as a number) is refused before the program starts, as mawk does it.
import type { Program, Variable } from './ast.ts';
import type { Names } from './parser-names.ts';
import { ShapeInference } from './resolver-shapes.ts';
import { SourceError } from './source-error.ts';
import { rootsOf, walk } from './walk.ts';

/**
 * Completes the program in place: `index` of calls, `shape` of variables.
 *
 * @throws SourceError for names that clash, calls that do not fit and variables that are arrays and scalars
 */
export function resolve(program: Program, names: Names): void {
  checkNames(program, names);
  resolveCalls(program, names);
  checkGetline(program);
  new ShapeInference(program).run();
}

function checkNames(program: Program, names: Names): void {
  const functions = new Set(program.functions.map((definition) => definition.name));
  for (const { name, parameters, at } of program.functions) {
    const taken = parameters.find((parameter) => functions.has(parameter.name));
    if (program.posix && taken !== undefined) {
      throw new SourceError(
        program.source,
        at,
        `${name} has a parameter with the name of a function, ${taken.name}`,
      );
    }
  }
  for (const variable of program.globals) {
    if (!functions.has(variable.name)) continue;
    const what = `${variable.name} is a function: a call has its parenthesis right behind the name`;
    throw new SourceError(program.source, placeOf(variable, names), what);
  }
}

function placeOf(variable: Variable, names: Names): number {
  return names.mentions.get(variable) ?? 0;
}

function resolveCalls(program: Program, names: Names): void {
  const indexes = new Map(program.functions.map((definition) => [definition.name, definition]));
  for (const call of names.calls) {
    const definition = indexes.get(call.name);
    if (definition === undefined) {
      throw new SourceError(program.source, call.at, `function ${call.name} is not defined`);
    }
    const { length } = definition.parameters;
    if (call.args.length > length) {
      const what = `${call.name}: ${call.args.length} arguments given, its definition has ${length}`;
      throw new SourceError(program.source, call.at, what);
    }
    call.index = definition.index;
  }
}

/** Between files there is no record to read. */
function checkGetline(program: Program): void {
  for (const rule of program.rules) {
    if (rule.kind !== 'beginFile' && rule.kind !== 'endFile') continue;
    walk(rootsOf(rule), (node) => {
      if (node.kind !== 'getline' || node.from !== 'input') return;
      const what = `getline without < or | cannot be used in ${rule.kind.toUpperCase()}`;
      throw new SourceError(program.source, node.at, what);
    });
  }
}
