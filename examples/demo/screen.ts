// What the demo shows: the lines of several processes side by side, each with its name in its colour in front, the way
// `docker compose up` does. A flood is thinned: of each process a few lines a second are shown, then how many more came.
// Colours only on a terminal, and never against NO_COLOR.

import { styleText } from 'node:util';

type Colour = Parameters<typeof styleText>[0];

const LINES_PER_SECOND = 4;
const NAME_WIDTH = 9;

/** One process's column of the screen. */
export class Voice {
  readonly #name: string;
  readonly #colour: Colour;
  #shown = 0;
  #hidden = 0;

  constructor(name: string, colour: Colour) {
    this.#name = name.padEnd(NAME_WIDTH);
    this.#colour = colour;
  }

  /** Always shown: something that happens rarely. */
  tell(text: string): void {
    show(`${paint(this.#colour, `${this.#name} |`)} ${text}`);
  }

  /** Shown as a sample: one line of many. */
  sample(text: string): void {
    if (this.#shown >= LINES_PER_SECOND) this.#hidden += 1;
    else this.tell(text);
    this.#shown += 1;
  }

  /** To be called every second: owns up to what was not shown. */
  nextSecond(): void {
    if (this.#hidden > 0) this.tell(paint('dim', `... and ${this.#hidden} more lines`));
    this.#shown = 0;
    this.#hidden = 0;
  }
}

/** A line of the demo itself, between the processes' lines. */
export function announce(text: string): void {
  show(paint('bold', text));
}

/** `text` in `colour` on a terminal that wants colours (NO_COLOR and FORCE_COLOR are honoured), else as it is. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

function show(line: string): void {
  process.stdout.write(`${line}\n`);
}
