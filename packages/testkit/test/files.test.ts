import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../src/files.ts';

test('the directory is empty, readable by all and gone at the end of the block', async () => {
  let path: string;
  {
    await using directory = await temporaryDirectory('files-test');
    path = directory.path;
    expect(statSync(path).mode & 0o777).toBe(0o755);
    writeFileSync(directory.file('app.log'), 'line\n');
    expect(dirname(directory.file('app.log'))).toBe(path);
  }
  expect(existsSync(path)).toBe(false);
});

test('two directories of one label are two', async () => {
  await using first = await temporaryDirectory('twin');
  await using second = await temporaryDirectory('twin');
  expect(first.path).not.toBe(second.path);
});
