// Called as tail it does as tail does: the same arguments, the same bytes, the same exit code as GNU tail.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { eventually } from '@podmate/testkit/eventually';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { containerEnvironment, imageCommand, RunningImage, startImage } from '@podmate/testkit/image';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let directory: TemporaryDirectory;
/** Our program by the name `tail`, as the link in the image has it. */
let asTail: readonly [string, string];
beforeAll(async () => {
  directory = await temporaryDirectory('drop-in');
  const [node, program = ''] = imageCommand('log-tailer');
  fs.mkdirSync(directory.file('bin'));
  fs.symlinkSync(program, directory.file('bin/tail'));
  asTail = [node, directory.file('bin/tail')];
  const write = (name: string, text: string): void => fs.writeFileSync(directory.file(name), text);
  write('lines', Array.from({ length: 25 }, (_, n) => `line ${n + 1}\n`).join(''));
  write('other', 'a\nb\nc\n');
  write('no-newline', 'x\ny');
  write('empty', '');
  write('zero', 'a\0b\0c\0');
  write('-strange', 'strange\n');
});
afterAll(() => directory.remove());

const run = (program: string, args: readonly string[]) => {
  const { status, stdout } = spawnSync(program, args, {
    cwd: directory.path,
    env: containerEnvironment(),
    encoding: 'latin1',
  });
  return { status, stdout };
};
const ours = (args: readonly string[]) => run(asTail[0], [asTail[1], ...args]);

describe('prints and ends as GNU tail', () => {
  test.each([
    ['lines'],
    ['-n', '3', 'lines'],
    ['-n3', 'lines'],
    ['--lines=3', 'lines'],
    ['--lines', '+24', 'lines'],
    ['-n+24', 'lines'],
    ['-3', 'lines'],
    ['+24', 'lines'],
    ['-n', '0', 'lines'],
    ['-c', '9', 'lines'],
    ['-c+200', 'lines'],
    ['--bytes=1K', 'lines'],
    ['-3c', 'lines'],
    ['-qn2', 'lines', 'other'],
    ['-n', '2', 'lines', 'other'],
    ['-v', 'other'],
    ['-vn1', './other', 'lines'],
    ['--verbose', '--lines=1', 'other'],
    ['--silent', '-n', '1', 'lines', 'other'],
    ['--quiet', '-n', '1', 'no-newline'],
    ['no-newline'],
    ['-n', '2', 'no-newline', 'other'],
    ['empty'],
    ['-z', '-n', '2', 'zero'],
    ['-zn+2', 'zero'],
    ['--zero-terminated', '-n1', 'zero'],
    ['-n', '1', '--', '-strange'],
    ['lines', '-n', '1'],
    ['missing'],
    ['-n', '1', 'missing', 'other', '-q'],
  ])('tail %j %j %j %j %j', (...args) => {
    const given = args.filter((arg) => arg !== undefined);
    expect(ours(given)).toEqual(run('tail', given));
  });

  test('nothing on stderr', () => {
    const { stderr } = spawnSync(asTail[0], [asTail[1], '-n', '1', directory.file('other')], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
  });

  test('what is wrong is said in our words, with exit code 64', () => {
    const { status, stderr } = spawnSync(asTail[0], [asTail[1], '-n', 'x', 'lines'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 64,
      stderr: expect.stringMatching(/--lines x: not a count/),
    });
  });
});

describe('follows', () => {
  const shell = 'tail -n+1 -F "$1"';
  test.each([
    { name: 'tail -n+1 -F', args: ['tail', '-n+1', '-F'] },
    { name: 'tail -F -n 2', args: ['tail', '-F', '-n', '2'] },
    { name: 'tail -2f', args: ['tail', '-2f'] },
    { name: '/usr/bin/tail -f', args: ['/usr/bin/tail', '-f'] },
    { name: 'tail --follow=name --retry', args: ['tail', '--follow=name', '--retry'] },
    { name: 'busybox tail -F', args: ['busybox', 'tail', '-F', '-s', '1'] },
    {
      name: 'with every flag of GNU tail',
      args: ['tail', '-F', '-q', '--sleep-interval=0.5', '--max-unchanged-stats=5', '--pid', '1'],
    },
  ])('$name FILE, through a rotation', async ({ name, args }) => {
    const file = directory.file(`${name.replaceAll(/\W/g, '')}.log`);
    fs.writeFileSync(file, 'one\ntwo\n');
    await using image = startImage('log-tailer', [...args, file]);
    await image.printed('one\ntwo\n');
    fs.renameSync(file, `${file}.1`);
    fs.writeFileSync(file, 'three\n');
    await image.printed('three\n');
    expect(await image.stop()).toMatchObject({ code: 0 });
    expect({ stdout: image.stdout, stderr: image.stderr }).toEqual({
      stdout: 'one\ntwo\nthree\n',
      stderr: expect.not.stringMatching(/level=(error|info)/),
    });
  });

  test(`sh -c '${shell}' without a shell: the commonest manifest`, async () => {
    const file = directory.file('manifest.log');
    fs.writeFileSync(file, 'one\n');
    await using image = startImage('log-tailer', ['/bin/sh', '-c', `exec tail -n+1 -F ${file}`]);
    await image.printed('one\n');
    fs.appendFileSync(file, 'two\n');
    await image.printed('two\n');
    expect(image.stdout).toBe('one\ntwo\n');
  });

  test('by the link, and more than one file: headers as of tail', async () => {
    const [a, b] = [directory.file('a.log'), directory.file('b.log')];
    fs.writeFileSync(a, 'a1\n');
    fs.writeFileSync(b, 'b1\n');
    await using image = new RunningImage([...asTail, '-F', a, b]);
    await image.printed('b1\n');
    fs.appendFileSync(a, 'a2\n');
    await image.printed('a2\n');
    expect(image.stdout).toBe(`==> ${a} <==\na1\n\n==> ${b} <==\nb1\n\n==> ${a} <==\na2\n`);
  });

  test('--follow=descriptor stays with the file', async () => {
    const file = directory.file('descriptor.log');
    fs.writeFileSync(file, 'one\n');
    await using image = new RunningImage([...asTail, '--follow=descriptor', file]);
    await image.printed('one\n');
    fs.renameSync(file, `${file}.moved`);
    fs.writeFileSync(file, 'another\n');
    fs.appendFileSync(`${file}.moved`, 'two\n');
    await image.printed('two\n');
    expect(image.stdout).toBe('one\ntwo\n');
  });

  test('a script that is more than one tail is refused, and says why', async () => {
    await using image = startImage('log-tailer', ['sh', '-c', 'tail -F /a | grep x']);
    expect(await image.exited).toMatchObject({ code: 64 });
    await eventually(() => expect(image.stderr).toMatch(/this image has no shell/));
  });
});
