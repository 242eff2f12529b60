// Where the reply framer sees replies end in a stream that comes in these chunks; for its tests.
import { ReplyFramer } from '../../src/resp/reply-framer.ts';

export type Ends = { readonly ends: number[]; readonly broken: boolean; readonly between: boolean };

export function replyEnds(chunks: readonly Buffer[]): Ends {
  const framer = new ReplyFramer();
  const found: number[] = [];
  let before = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length && !framer.broken;) {
      const next = framer.next(chunk, at, chunk.length);
      if (next <= at || next > chunk.length) throw new Error(`from ${at} to ${next} of ${chunk.length}`);
      at = next;
      if (framer.between) found.push(before + at);
    }
    before += chunk.length;
  }
  return { ends: found, broken: framer.broken, between: framer.between };
}
