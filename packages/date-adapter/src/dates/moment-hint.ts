// Layouts in the tokens of moment.js and Day.js look like Java's and would be read wrongly without a word: YYYY is
// Java's week-based year, DD its day of year. They are known by those, and refused with the layout to write. Pure.

const QUOTED = /'(?:[^']|'')*'|\[[^\]]*\]/g;

const JAVA_OF = new Map([
  ['YYYY', 'yyyy'],
  ['YY', 'yy'],
  ['Y', 'y'],
  ['DDDD', 'DDD'],
  ['DDD', 'D'],
  ['DD', 'dd'],
  ['D', 'd'],
  ['dddd', 'EEEE'],
  ['ddd', 'EEE'],
  ['A', 'a'],
  ['ZZ', 'xx'],
  ['Z', 'xxx'],
]);

/** Where a layout shows that it is moment's, and what to say; undefined when nothing does. */
export function momentHint(layout: string): { at: number; what: string } | undefined {
  const bare = layout.replace(QUOTED, (text) => (/^\[[^\]]*\bZ/.test(text) ? text : ' '.repeat(text.length)));
  const at = evidence(bare);
  if (at === -1) return undefined;
  if (/^X$/.test(bare.trim())) return { at, what: "moment's X is written unix here" };
  const token = /^(.)\1*/.exec(bare.slice(at))?.[0] ?? '';
  const meaning = token.startsWith('Y') ? 'the week-based year' : 'the day of the year';
  return {
    at,
    what: `${token} is ${meaning} in Java layouts; this looks like moment's tokens: write ${translated(layout)}`,
  };
}

function evidence(bare: string): number {
  const weekYear = /Y/.exec(bare);
  if (weekYear !== null && !bare.includes('w')) return weekYear.index;
  const day = /(?<!D)DD(?!D)/.exec(bare) ?? (/[ML]/.test(bare) ? /D+/.exec(bare) : null);
  return day?.index ?? -1;
}

function translated(layout: string): string {
  return layout.replace(/\[([^\]]*)\]|(Y+|D+|d{3,4}|A|Z+)/g, (text, quoted?: string) =>
    quoted === undefined ? (JAVA_OF.get(text) ?? text) : `'${quoted}'`,
  );
}
