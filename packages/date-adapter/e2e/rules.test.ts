// Rules of a settings file: the first that matches takes a line; the file is read again when it changes, and a wrong one
// changes nothing.
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ended, start } from './running.ts';

let directory: TemporaryDirectory;
let config: string;
beforeEach(async () => {
  directory = await temporaryDirectory('rules');
  config = directory.file('config.yaml');
});
afterEach(() => directory.remove());

const MIXED = `
rules:
  - match: '^[0-9]{4}-'
    parse: log4j
    fromZone: Europe/Berlin
    toZone: UTC
    output: json
  - match: '^[0-9]{2}/'
    from: ['dd/MM/yyyy HH:mm:ss']
    fromZone: Europe/Berlin
    to: rfc3339
    toZone: UTC
  - match: '^AUDIT;'
    awk: 'BEGIN { FS = ";" } { print ++n, $2 } END { print n, "audits" }'
`;

const rule = (to: string): string => `rules:\n  - from: [unix]\n    to: ${to}\n`;

test('one file, three formats, in the order of the lines', async () => {
  fs.writeFileSync(config, MIXED);
  const input = [
    '2026-11-21 18:00:02,456 [main] ERROR shop.Cart - failed',
    'java.lang.IllegalStateException: no stock',
    '    at shop.Cart.checkout(Cart.java:42)',
    '21/11/2026 18:00:04 payment',
    'AUDIT;bob',
    'AUDIT;eve',
    'a line that no rule takes',
    '',
  ].join('\n');
  const found = await ended(['--config', config], { input });
  expect(found).toMatchObject({ code: 0, stderr: '' });
  expect(found.stdout.split('\n')).toEqual([
    expect.stringMatching(
      /^\{"timestamp":"2026-11-21T17:00:02.456Z".*"message":"failed\\njava.*stock\\n    at shop.*42\)"\}$/,
    ),
    '2026-11-21T17:00:04Z payment',
    '1 bob',
    '2 eve',
    'a line that no rule takes',
    '2 audits',
    '',
  ]);
});

test('a record that lines may join leaves when nothing comes', async () => {
  fs.writeFileSync(config, MIXED);
  const log = directory.file('app.log');
  await using image = start(['--config', config, log]);
  fs.writeFileSync(log, '2026-11-21 18:00:02,456 [main] INFO  shop.Cart - done\n');
  await image.printed('"done"}\n');
  expect(image.stderr).toBe('');
});

test('rules are read again: good ones hold from then on, wrong ones change nothing', async () => {
  const log = directory.file('app.log');
  fs.writeFileSync(config, rule('yyyy'));
  fs.writeFileSync(log, '0 a\n');
  await using image = start(['--log-level', 'info', '--config', config, log]);
  await image.printed('1970 a\n');

  fs.writeFileSync(config, rule('QQQ'));
  await eventually(() => expect(image.stderr).toContain('settings not reloaded, the old ones stay'));
  expect(image.stderr).toContain('quarters');
  fs.appendFileSync(log, '0 b\n');
  await image.printed('1970 b\n');

  fs.writeFileSync(config, rule('yyyy-MM'));
  await eventually(() => expect(image.stderr).toContain('settings reloaded'));
  fs.appendFileSync(log, '0 c\n');
  await image.printed('1970-01 c\n');
  expect(await image.stop()).toMatchObject({ code: 0 });
});
