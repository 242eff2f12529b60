// A command with one of its arguments exchanged for another: a cursor, a name. Pure, not hot.
import { encodeCommand } from './inline-command.ts';
import type { RequestFramer } from './request-framer.ts';

/** The command's bytes with `text` as argument `index`; the others are copied as they are. */
export function replaceArgument(
  { data, args, argc }: Pick<RequestFramer, 'data' | 'args' | 'argc'>,
  index: number,
  text: string,
): Buffer {
  const words = Array.from({ length: argc }, (_, i) =>
    i === index ? text : data.subarray(args[2 * i], args[2 * i + 1]),
  );
  return encodeCommand(words).bytes;
}
