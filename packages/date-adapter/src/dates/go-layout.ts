// Layouts in Go's manner: the reference time, Mon Jan 2 15:04:05 MST 2006, written as wanted. As Promtail, Alloy and
// Telegraf have them. Pure. The pieces are those of Go's package time; all other text stands for itself.
// As in Go, seconds are read with a fraction behind them even where the layout shows none.

import { type Element, type ZoneForm, tidy } from './element.ts';
import { blanksAt, fraction, literal, name, number, type Place, zone } from './make-element.ts';

type Row = readonly [piece: RegExp, make: (place: Place) => Element];

const zoneRow = (piece: RegExp, form: ZoneForm, zulu: boolean): Row => [piece, (p) => zone(p, form, zulu)];
const number2: readonly [number, number] = [2, 2];
const bare = { width: 1, pad: 'none' } as const;

/** In this order: a longer piece before its beginning. */
const PIECES: readonly Row[] = [
  [/^January/, (p) => name(p, 'month', 'long')],
  [/^Jan(?![a-z])/, (p) => name(p, 'month', 'short')],
  [/^Monday/, (p) => name(p, 'weekday', 'long')],
  [/^Mon(?![a-z])/, (p) => name(p, 'weekday', 'short')],
  [/^MST/, (p) => zone(p, 'abbreviation')],
  [/^2006/, (p) => number(p, 'year', [4, 4])],
  [/^002/, (p) => number(p, 'dayOfYear', [3, 3])],
  [/^__2/, (p) => number(p, 'dayOfYear', [1, 3], { pad: 'space' })],
  [/^_2(?!006)/, (p) => number(p, 'day', [1, 2], { pad: 'space' })],
  [/^01/, (p) => number(p, 'month', number2)],
  [/^02/, (p) => number(p, 'day', number2)],
  [/^03/, (p) => number(p, 'hour12', number2)],
  [/^04/, (p) => number(p, 'minute', number2)],
  [/^05/, (p) => number(p, 'second', number2)],
  [/^06/, (p) => number(p, 'shortYear', number2)],
  [/^15/, (p) => number(p, 'hour', number2)],
  [/^1/, (p) => number(p, 'month', [1, 2], bare)],
  [/^2/, (p) => number(p, 'day', [1, 2], bare)],
  [/^3/, (p) => number(p, 'hour12', [1, 2], bare)],
  [/^4/, (p) => number(p, 'minute', [1, 2], bare)],
  [/^5/, (p) => number(p, 'second', [1, 2], bare)],
  [/^PM/, (p) => name(p, 'dayPeriod', 'short')],
  [/^pm/, (p) => name(p, 'dayPeriod', 'short', 'lower')],
  zoneRow(/^Z07:00:00/, 'hh:mm:ss', true),
  zoneRow(/^Z070000/, 'hhmmss', true),
  zoneRow(/^Z07:00/, 'hh:mm', true),
  zoneRow(/^Z0700/, 'hhmm', true),
  zoneRow(/^Z07/, 'hh', true),
  zoneRow(/^-07:00:00/, 'hh:mm:ss', false),
  zoneRow(/^-070000/, 'hhmmss', false),
  zoneRow(/^-07:00/, 'hh:mm', false),
  zoneRow(/^-0700/, 'hhmm', false),
  zoneRow(/^-07/, 'hh', false),
  [/^[.,]0+(?!\d)/, (p) => fraction(p, p.source[0] ?? '.', p.source.length - 1)],
  [/^[.,]9+(?!\d)/, (p) => fraction(p, p.source[0] ?? '.', p.source.length - 1, true)],
];

/** Every text is a Go layout; whether it was meant as one, `layoutLanguage` decides. */
export function readGo(layout: string): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < layout.length;) {
    const element = pieceAt(layout, at);
    elements.push(element);
    at += element.source.length;
  }
  return tidy(elements);
}

function pieceAt(layout: string, at: number): Element {
  const blanks = blanksAt(layout, at, 1);
  if (blanks !== undefined) return blanks;
  const rest = layout.slice(at);
  for (const [piece, make] of PIECES) {
    const source = piece.exec(rest)?.[0];
    if (source !== undefined) return make({ at, source });
  }
  const character = String.fromCodePoint(layout.codePointAt(at) ?? 0);
  return literal({ at, source: character }, character);
}
