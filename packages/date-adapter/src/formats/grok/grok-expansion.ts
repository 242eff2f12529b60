// `%{NAME:field:type}` in a pattern becomes the pattern of that name, captured as `field:type` when it has a field.
// Pure, cold. Definitions of the user come before the library's, and may use each other, but not themselves.
import { patternNames, libraryPattern } from './grok-library.ts';
import { PatternError } from './pattern-error.ts';

const REFERENCE = /%\{(\w+)(?::([^:}]+))?(?::(\w+))?\}/g;
/** Names within names multiply: a bound on what a pattern may become. */
const LONGEST_EXPANSION = 200_000;

/** @throws PatternError for unknown names, definitions that use themselves, types that are none */
export function expandGrok(pattern: string, definitions: Readonly<Record<string, string>> = {}): string {
  const expand = (text: string, within: readonly string[]): string => {
    const expanded = text.replaceAll(
      REFERENCE,
      (all: string, name: string, field?: string, type?: string) => {
        if (within.includes(name))
          throw new PatternError(`${name} is defined by itself`, text, text.indexOf(all));
        const definition = Object.hasOwn(definitions, name) ? definitions[name] : libraryPattern(name);
        if (definition === undefined) throw unknownName(name, text, text.indexOf(all), definitions);
        const inner = expand(definition, [...within, name]);
        return field === undefined
          ? `(?:${inner})`
          : `(?<${fieldName(field)}${typeOf(type, text, all)}>${inner})`;
      },
    );
    if (expanded.length > LONGEST_EXPANSION) throw new PatternError('it becomes too large', text, 0);
    return expanded;
  };
  return expand(pattern, []);
}

/** Logstash's `[http][method]` is `http.method`. */
function fieldName(written: string): string {
  const nested = /^(?:\[[^[\]]+\])+$/.test(written);
  return nested ? written.slice(1, -1).replaceAll('][', '.') : written;
}

const TYPES = new Set(['int', 'long', 'float', 'double', 'number', 'boolean', 'bool', 'string']);

function typeOf(type: string | undefined, text: string, reference: string): string {
  if (type === undefined) return '';
  if (TYPES.has(type)) return `:${type}`;
  throw new PatternError(
    `no type ${type}; there are ${[...TYPES].join(', ')}`,
    text,
    text.indexOf(reference),
  );
}

function unknownName(
  name: string,
  text: string,
  at: number,
  definitions: Readonly<Record<string, string>>,
): PatternError {
  const similar = [...Object.keys(definitions), ...patternNames()].find(
    (known) => known.replaceAll('_', '') === name.toUpperCase().replaceAll(/[_-]/g, ''),
  );
  const hint = similar === undefined ? '' : `; did you mean ${similar}?`;
  return new PatternError(`no pattern is called ${name}${hint}`, text, at);
}
