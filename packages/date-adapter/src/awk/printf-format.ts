// Formats of printf: one is read into pieces, text and conversions, that printf.ts fills. Pure; for both engines,
// which keep the pieces of constant formats. POSIX awk "Output Statements", with gawk's `%2$s` and `*2$`; what is no
// conversion is text, so no format is wrong.

export type Piece = string | Conversion;

export type Conversion = {
  readonly letter: string;
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly alternate: boolean;
  readonly width: number | Star | undefined;
  readonly precision: number | Star | undefined;
  /** From 0; undefined is the next one. */
  readonly argument: number | undefined;
};

/** `*` or `*2$`: the number comes from the values. */
export type Star = { readonly argument: number | undefined };

const CONVERSION =
  /%(?:(\d+)\$)?([-+ #0']*)(\*(?:(\d+)\$)?|\d+)?(?:\.(\*(?:(\d+)\$)?|-?\d*))?[hlLqjzt]*([- +#0']*)([a-zA-Z%])/g;
const KNOWN = 'diouxXeEfFgGaAcs%';

/** Reads a format. Never fails: what is no conversion is text. */
export function parseFormat(format: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const found of format.matchAll(CONVERSION)) {
    const conversion = readConversion(found);
    if (!KNOWN.includes(conversion.letter)) continue;
    if (found.index > done) pieces.push(format.slice(done, found.index));
    pieces.push(conversion.letter === '%' ? '%' : conversion);
    done = found.index + found[0].length;
  }
  if (done < format.length) pieces.push(format.slice(done));
  return pieces;
}

function readConversion(found: RegExpExecArray): Conversion {
  const [, argument, early = '', width, widthArgument, precision, precisionArgument, late = '', letter] =
    found;
  const flags = early + late;
  return {
    letter: letter!,
    left: flags.includes('-'),
    plus: flags.includes('+'),
    space: flags.includes(' '),
    zero: flags.includes('0'),
    alternate: flags.includes('#'),
    width: readCount(width, widthArgument),
    precision: precision === '' ? 0 : readCount(precision, precisionArgument),
    argument: argument === undefined ? undefined : Number(argument) - 1,
  };
}

function readCount(text: string | undefined, argument: string | undefined): number | Star | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith('*')) return Number(text);
  return { argument: argument === undefined ? undefined : Number(argument) - 1 };
}
