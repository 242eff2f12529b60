// Where in the program something is wrong, as a person reads it: file:line:column, the line and a caret under the
// place. For the lexer, the parser and the resolver, and for engines that refuse something at run time.
// The texts of several -f files are one text here, so one number is enough to name a place.
// Invariant: a place never lies outside the text, and every source begins on a line of its own.

export type Source = {
  /** As messages call it: the path of a -f file, or `command line`. */
  readonly name: string;
  readonly text: string;
  /** Of its file, where the text begins; 1 where nothing is said. */
  readonly firstLine?: number;
  /** gawk's, that its names belong to. */
  readonly namespace?: string;
  /** Rules and functions begin and end in it; those of -f files may go on in the next one, as POSIX has it. */
  readonly isWhole?: boolean;
};

export type Place = {
  readonly name: string;
  /** From 1, within its source. */
  readonly line: number;
  /** From 1, in characters (code points). */
  readonly column: number;
  /** The whole line, without its end. */
  readonly lineText: string;
};

/** The text of a program: its sources one after the other, each closed by a newline. */
export class SourceText {
  readonly text: string;
  readonly #sources: { readonly source: Source; readonly start: number }[] = [];

  constructor(sources: readonly Source[]) {
    let text = '';
    for (const source of sources) {
      this.#sources.push({ source, start: text.length });
      text += source.text.endsWith('\n') ? source.text : `${source.text}\n`;
    }
    this.text = text;
  }

  /** @param at an offset into `text` @returns the source it lies in */
  sourceAt(at: number): Source {
    return this.#find(at).source;
  }

  #find(at: number): { readonly source: Source; readonly start: number } {
    const found = this.#sources.findLast(({ start }) => start <= at);
    return found ?? { source: { name: 'command line', text: '' }, start: 0 };
  }

  /** @param at an offset into `text` */
  locate(at: number): Place {
    const { source, start } = this.#find(at);
    const before = this.text.slice(start, at);
    const lineStart = start + before.lastIndexOf('\n') + 1;
    const lineEnd = this.text.indexOf('\n', lineStart);
    return {
      name: source.name,
      line: before.split('\n').length + (source.firstLine ?? 1) - 1,
      column: countCharacters(this.text.slice(lineStart, at)) + 1,
      lineText: this.text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, ''),
    };
  }
}

/**
 * A fault of the program. `message` is `file:line:column: what`, then the line and, below the place, a caret:
 *
 *     command line:1:9: unexpected )
 *     { print )
 *             ^
 */
export class SourceError extends Error {
  /** What is wrong, without the place. */
  readonly what: string;
  readonly place: Place;

  constructor(source: SourceText, at: number, what: string) {
    const place = source.locate(at);
    super(`${place.name}:${place.line}:${place.column}: ${what}\n${excerpt(place)}`);
    this.name = 'SourceError';
    this.what = what;
    this.place = place;
  }
}

/** Longer lines are cut around the place: a program on one line may be thousands of characters long. */
const EXCERPT_CHARACTERS = 100;

function excerpt({ lineText, column }: Place): string {
  const characters = Array.from(lineText);
  const from = column <= EXCERPT_CHARACTERS ? 0 : column - 1 - EXCERPT_CHARACTERS / 2;
  const shown = characters.slice(from, from + EXCERPT_CHARACTERS);
  // A tab below a tab: the caret stands right however wide the reader's tabs are.
  const margin = shown.slice(0, column - 1 - from).map((character) => (character === '\t' ? '\t' : ' '));
  return `${shown.join('')}\n${margin.join('')}^`;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
