// Our section behind the server's, in both versions of the protocol.
import { expect, test } from 'vitest';
import { withSection } from '../src/info.ts';

test.each([
  { name: 'RESP2', in: '$10\r\n# A\r\na:1\r\n\r\n', out: '$18\r\n# A\r\na:1\r\n\r\n# Us\r\n\r\n' },
  { name: 'RESP3', in: '=14\r\ntxt:# A\r\na:1\r\n\r\n', out: '=22\r\ntxt:# A\r\na:1\r\n\r\n# Us\r\n\r\n' },
  { name: 'nothing before', in: '$0\r\n\r\n', out: '$6\r\n# Us\r\n\r\n' },
  { name: 'an error', in: '-NOPERM\r\n', out: '-NOPERM\r\n' },
])('$name', ({ in: reply, out }) => {
  expect(String(withSection(Buffer.from(reply), '# Us\r\n'))).toBe(out);
});
