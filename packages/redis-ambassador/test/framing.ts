// Commands as the framer gives them, from words; for tests of what reads them.
import { encodeCommand } from '../src/resp/inline-command.ts';
import { RequestFramer } from '../src/resp/request-framer.ts';

export function framed(...words: readonly string[]): RequestFramer {
  const framer = new RequestFramer();
  framer.feed(encodeCommand(words).bytes);
  framer.next();
  return framer;
}
