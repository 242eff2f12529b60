// Programs out of a grammar and dice: every statement and expression that has code of its own in the compiler, in
// random nests. Loops are bounded; what a program does is of no use to anybody but the comparison of two engines.
import { SeededRandom } from '@podmate/testkit/seeded-random';

const VARIABLES = ['x', 'y', 'z'];
const ARRAYS = ['a', 'b'];
const TEXTS = [
  '""',
  '"a"',
  '"10"',
  '"abc def"',
  '" 3 "',
  '"0x1A"',
  '"é"',
  '"a.b"',
  '"1e2"',
  '"-"',
  '"\\001"',
];
const NUMBERS = ['0', '1', '2', '3', '7', '0.5', '100', '1e6', '123456789012', '3.0'];
const REGEXES = [
  '/a/',
  '/[0-9]+/',
  '/^ *b/',
  '/(a|bc)+$/',
  '/./',
  '/x*/',
  '/\\./',
  '/é/',
  '/[^a-c]+/',
  '/a b|c/',
];

export function randomProgram(seed: number): string {
  return new Writer(new SeededRandom(seed)).program();
}

/** Lines that look like everything: words, numbers, blanks, UTF-8, bytes that are none. */
export function randomInput(seed: number): Uint8Array {
  const dice = new SeededRandom(seed ^ 0x5bd1e995);
  const words = ['a', 'abc', '10', '3.5', '-2', '007', '  ', '\t', 'é', 'b', '1e3', 'x.y', ',', '+5', '0'];
  const lines = Array.from({ length: dice.integer(0, 12) }, () =>
    Array.from({ length: dice.integer(0, 6) }, () => words[dice.integer(0, words.length - 1)]).join(' '),
  );
  const text = Buffer.from(lines.join('\n') + (dice.integer(0, 1) === 1 ? '\n' : ''));
  return dice.integer(0, 4) === 0 ? Buffer.concat([text, Uint8Array.of(0xff, 0x20, 0xc3, 0x0a)]) : text;
}

class Writer {
  readonly #dice: SeededRandom;
  #loops = 0;
  /** Inside the function, which does not call itself. */
  #isInFunction = true;

  constructor(dice: SeededRandom) {
    this.#dice = dice;
  }

  program(): string {
    const body = this.#statements(1);
    this.#isInFunction = false;
    const rules = Array.from({ length: this.#dice.integer(1, 3) }, () => this.#rule());
    const begin = this.#chance(3) ? `BEGIN { ${this.#statements(2)} }\n` : '';
    const end = `END { ${this.#statements(2)}; for (k in a) print k, a[k]; print x, y, z, NR, $0 }`;
    return `function f(p, q) { q = p + 1; ${body}; return q ${this.#oneOf(['""', '* 2'])} }\n${begin}${rules.join('\n')}\n${end}`;
  }

  #chance(one: number): boolean {
    return this.#dice.integer(1, one) === 1;
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#dice.integer(0, values.length - 1)]!;
  }

  #rule(): string {
    const pattern = this.#oneOf([
      () => '',
      () => this.#oneOf(REGEXES),
      () => this.#expression(2),
      () => `${this.#oneOf(REGEXES)}, ${this.#expression(1)}`,
    ])();
    return pattern !== '' && this.#chance(4) ? pattern : `${pattern} { ${this.#statements(3)} }`;
  }

  #statements(depth: number): string {
    return Array.from({ length: this.#dice.integer(1, 3) }, () => this.#statement(depth)).join('; ');
  }

  #statement(depth: number): string {
    const inner = depth - 1;
    const simple = [
      () => this.#assignment(2),
      () => `print ${this.#list()}`,
      () => 'print',
      () =>
        `printf "%s|%d|%5s|%-4d|%.2f|%c\\n", ${Array.from({ length: 6 }, () => this.#expression(1)).join(', ')}`,
      () => `print ${this.#expression(2)} > "out"`,
      () => `delete ${this.#oneOf(ARRAYS)}[${this.#expression(1)}]`,
      () =>
        `${this.#oneOf(['OFS', 'CONVFMT', 'OFMT', 'SUBSEP', 'FS'])} = ${this.#oneOf(['"-"', '"%.3g"', '" "', '","'])}`,
      () => `getline ${this.#oneOf(['', 'x', '$2', 'a["g"]'])}`,
      () => `NF = ${this.#dice.integer(0, 5)}`,
    ];
    if (depth <= 0) return this.#oneOf(simple)();
    const nested = [
      () => `if (${this.#expression(2)}) { ${this.#statements(inner)} } else { ${this.#statements(inner)} }`,
      () => this.#loop(inner),
      () =>
        `n = split(${this.#expression(1)}, b, ${this.#oneOf([...REGEXES, '" "', '","', '"."'])}); x = n b[1] b[n]`,
      () => `for (k in b) { ${this.#statements(inner)} }`,
    ];
    return this.#chance(3) ? this.#oneOf(nested)() : this.#oneOf(simple)();
  }

  #loop(depth: number): string {
    const counter = `i${this.#loops++}`;
    return `for (${counter} = 0; ${counter} < ${this.#dice.integer(1, 4)}; ${counter}++) { ${this.#statements(depth)} }`;
  }

  #list(): string {
    return Array.from({ length: this.#dice.integer(1, 3) }, () => `(${this.#expression(2)})`).join(', ');
  }

  #target(): string {
    return this.#oneOf([
      () => this.#oneOf(VARIABLES),
      () => `$${this.#dice.integer(0, 4)}`,
      () => `${this.#oneOf(ARRAYS)}[${this.#expression(1)}]`,
    ])();
  }

  #assignment(depth: number): string {
    const value = this.#expression(depth);
    return this.#oneOf([
      () => `${this.#target()} = ${value}`,
      () => `${this.#target()} ${this.#oneOf(['+=', '-=', '*='])} ${value}`,
      () => `${this.#target()}${this.#oneOf(['++', '--'])}`,
      () => `sub(${this.#oneOf(REGEXES)}, ${this.#oneOf(['"<&>"', '"&&"', value])}, ${this.#target()})`,
      () => `gsub(${this.#oneOf(REGEXES)}, ${this.#oneOf(['"&"', '"Z"', '""'])}, ${this.#target()})`,
      () => `sub(${this.#oneOf(REGEXES)}, "\\\\&y")`,
    ])();
  }

  #expression(depth: number): string {
    const leaves = [
      () => this.#oneOf(VARIABLES),
      () => this.#oneOf(TEXTS),
      () => this.#oneOf(NUMBERS),
      () => `$${this.#dice.integer(0, 4)}`,
      () => this.#oneOf(['NF', 'NR', '$NF', '$(NF)', 'RSTART', 'RLENGTH', 'length']),
    ];
    if (depth <= 0) return this.#oneOf(leaves)();
    const [left, right] = [this.#expression(depth - 1), this.#expression(depth - 1)];
    return this.#oneOf([
      ...leaves,
      () =>
        `(${left} ${this.#oneOf(['+', '-', '*', '<', '<=', '==', '!=', '>', '>=', '&&', '||'])} ${right})`,
      // Cut, so that loops do not make texts of gigabytes.
      () => `substr(${left} " " ${right}, 1, 50)`,
      () => `substr(${left} ${right}, 1, 50)`,
      () => `(${left} ? ${right} : ${this.#expression(depth - 1)})`,
      () => `(${left} ${this.#oneOf(['~', '!~'])} ${this.#oneOf(REGEXES)})`,
      () => `(! ${left})`,
      () => `(- ${left})`,
      () => `${this.#oneOf(ARRAYS)}[${left}]`,
      () => `${this.#oneOf(ARRAYS)}[${left}, ${right}]`,
      () => `((${left}) in ${this.#oneOf(ARRAYS)})`,
      () => `substr(${left}, ${this.#dice.integer(-1, 4)}${this.#chance(2) ? `, ${right}` : ''})`,
      () => `index(${left}, ${right})`,
      () => `length(${left})`,
      () => `${this.#oneOf(['toupper', 'tolower'])}(${left})`,
      () => `match(${left}, ${this.#oneOf(REGEXES)})`,
      () => `sprintf("%s-%5.1f-%d", ${left}, ${right}, ${left})`,
      () => `int(${left})`,
      () => `(${this.#assignment(depth - 1)})`,
      () => `gensub(${this.#oneOf(REGEXES)}, "[&]", "g", ${left})`,
      () => (this.#chance(4) && !this.#isInFunction ? `f(${left})` : left),
    ])();
  }
}
