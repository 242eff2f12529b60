import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { freePort, imageCommand, portOf, RunningImage, scrape } from '../src/image.ts';

const script = (source: string): [string, ...string[]] => [process.execPath, '-e', source];

test('an image is its main.ts, or the bundle that ships when asked for', () => {
  expect(imageCommand('log-tailer').at(-1)).toMatch(/packages\/log-tailer\/src\/main\.ts$/);
});

test('both outputs and the exit code are kept', async () => {
  await using image = new RunningImage(
    script('fs.writeSync(1, "out\\n"); fs.writeSync(2, "err\\n"); process.exit(64)'),
  );
  expect(await image.exited).toEqual({ code: 64, signal: null });
  expect([image.stdout, image.stderr]).toEqual(['out\n', 'err\n']);
});

test('input reaches stdin, and the environment is that of a container', async () => {
  const source =
    'process.stdin.on("data", (d) => fs.writeSync(1, d + Object.keys(process.env).sort().join()))';
  await using image = new RunningImage(script(source), { input: 'in:', env: { EXTRA: '1' } });
  await image.exited;
  expect(image.stdout).toBe('in:EXTRA,HOME,PATH');
});

test('printed waits for the text, and shows the outputs when it never comes', async () => {
  await using image = new RunningImage(
    script('setTimeout(() => fs.writeSync(1, "late\\n"), 50); setInterval(() => {}, 1e3)'),
  );
  await image.printed(/^late$/m);
  await expect(image.printed('never', { withinMs: 20 })).rejects.toThrow(/lacks never[^]*late/);
  expect(await image.stop('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
});

test('what a test leaves running is killed', async () => {
  let pid: number;
  {
    await using image = new RunningImage(script('setInterval(() => {}, 1e3)'));
    pid = image.pid;
  }
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('scrape reads samples with their labels', async () => {
  const body = '# HELP a b\n# TYPE a counter\na 3\nb{kind="x y"} 2.5\n';
  const server = createServer((_, response) => response.end(body)).listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  const samples = await scrape(`127.0.0.1:${portOf(server)}`);
  server.close();
  expect([...samples]).toEqual([
    ['a', 3],
    ['b{kind="x y"}', 2.5],
  ]);
});
