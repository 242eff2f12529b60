// Text that comes in pieces, as lines. Not node:readline, which takes the CR off a line: here every byte is evidence.

/** The lines of `text` without their `\n`; last, if the text does not end with one, what is there of the last line. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let unfinished = '';
  for await (const piece of text) {
    const lines = (unfinished + piece).split('\n');
    unfinished = lines.pop() ?? '';
    yield* lines;
  }
  if (unfinished !== '') yield unfinished;
}
