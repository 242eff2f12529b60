import os from 'node:os';
import { expect, test } from 'vitest';
import { jsonHead, prefixHead } from '../src/line-head.ts';

const file = '/var/log/nginx/access.log';

test.each([
  { template: '[{basename}] ', out: '[access.log] ' },
  { template: '{path}|{dirname}|{hostname}: ', out: `${file}|/var/log/nginx|${os.hostname()}: ` },
  { template: '{unknown} {} {basename', out: '{unknown} {} {basename' },
  { template: '{constructor}{toString} ', out: '{constructor}{toString} ' },
  { template: '\u001b[32m{basename}\u001b[0m ', out: '\u001b[32maccess.log\u001b[0m ' },
  { template: '', out: '' },
])('prefix $template', ({ template, out }) => {
  expect(prefixHead(template)(file).toString()).toBe(out);
});

test.each([file, '/var/log/a "b"\\c.log', '/logs/ü\n.log'])('json head of %j', (path) => {
  expect(JSON.parse(`${jsonHead('the "key"')(path).toString()}x"}`)).toEqual({
    file: path,
    'the "key"': 'x',
  });
});

test('is made once per path', () => {
  const headOf = prefixHead('{path}');
  expect(headOf('/a')).toBe(headOf('/a'));
  expect(headOf('/b').toString()).toBe('/b');
});
