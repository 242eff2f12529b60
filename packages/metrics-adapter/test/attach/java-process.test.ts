import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { isAlive, isJdkTool, javaProcess, jmxHostOf, jmxPortOf } from '../../src/attach/java-process.ts';

type Process = { maps?: string; cmdline?: string[]; environ?: string[]; status?: string; stat?: string };

const LIBJVM = '7f00-7fff r-xp 00001000 08:01 1 /usr/lib/jvm/lib/server/libjvm.so\n';

async function seen({ maps = LIBJVM, cmdline = ['java', 'Main'], environ = [], status, stat }: Process) {
  await using proc = await temporaryDirectory('proc');
  mkdirSync(proc.file('7'));
  const files = {
    maps,
    cmdline: cmdline.map((word) => `${word}\0`).join(''),
    environ: environ.map((word) => `${word}\0`).join(''),
    status: status ?? 'Name:\tjava\nUid:\t1000\t1001\t1000\t1000\nNSpid:\t7\t1\nSigCgt:\t0000000181005cce\n',
    stat: stat ?? `7 (a) b (c) S ${[...Array(18).keys()].join(' ')} 4711 5`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(proc.file('7'), name), text);
  const jvm = await javaProcess(7, proc.path);
  return {
    jvm,
    alive: await isAlive(jvm, proc.path),
    other: await isAlive({ ...jvm, startedTicks: '1' }, proc.path),
  };
}

describe('a process', () => {
  test('that runs libjvm.so is a JVM', async () => {
    const { jvm, alive, other } = await seen({});
    expect(jvm).toMatchObject({ pid: 7, ownPid: 1, uid: 1001, catchesQuit: true, startedTicks: '4711' });
    expect([alive, other]).toEqual([true, false]);
  });

  test.each([
    { name: 'that has it open as a file', maps: LIBJVM.replace('r-xp', 'r--p') },
    { name: 'that runs something of that name', maps: LIBJVM.replace('libjvm.so', 'libjvm.so.txt') },
    { name: 'that runs something else', maps: LIBJVM.replace('libjvm', 'libc') },
  ])('$name is none', async ({ maps }) => {
    await expect(seen({ maps })).rejects.toThrow('process 7 is no HotSpot JVM');
  });

  test('that does not catch SIGQUIT is seen not to', async () => {
    const { jvm } = await seen({ status: 'Uid:\t0\t0\t0\t0\nSigCgt:\t0000000181005cca\n' });
    expect(jvm.catchesQuit).toBe(false);
  });

  test('that has ended and is not yet waited for is not alive', async () => {
    const { alive } = await seen({ stat: `7 (java) Z ${[...Array(18).keys()].join(' ')} 4711 5` });
    expect(alive).toBe(false);
  });
});

describe('what it runs', () => {
  test.each([
    {
      cmdline: ['java', '-Xmx1g', '-cp', 'a.jar:b.jar', 'kafka.Kafka', 'server.properties'],
      main: 'kafka.Kafka',
    },
    { cmdline: ['/usr/bin/java', '-jar', '/app/shop-1.2.jar', '-x'], main: 'shop-1.2.jar' },
    { cmdline: ['java', '-p', 'mods', '-m', 'shop/org.shop.Main'], main: 'org.shop.Main' },
    { cmdline: ['java', '@options', 'Main'], main: 'Main' },
    { cmdline: ['java', '-version'], main: 'java' },
    { cmdline: ['/usr/lib/jvm/bin/jcmd', '7', 'help'], main: 'jcmd' },
    { cmdline: ['jsvc.exec', '-home', 'x'], main: 'jsvc.exec' },
  ])('$cmdline', async ({ cmdline, main }) => {
    const { jvm } = await seen({ cmdline });
    expect(jvm.main).toBe(main);
    expect(isJdkTool(jvm)).toBe(main === 'jcmd');
  });
});

const port = (number: string): string => `-Dcom.sun.management.jmxremote.port=${number}`;

test('flags count in the order in which the JVM reads them, also those of its environment', async () => {
  const cmdline = ['java', port('2'), '-Dcom.sun.management.jmxremote.host=10.0.0.1', 'Main'];
  const { jvm } = await seen({ cmdline, environ: [`JAVA_TOOL_OPTIONS=-Xmx1g ${port('1')}`, 'PATH=/bin'] });
  expect([jmxPortOf(jvm), jmxHostOf(jvm)]).toEqual([2, '10.0.0.1']);
  expect(jmxPortOf((await seen({ cmdline, environ: [`_JAVA_OPTIONS=${port('3')}`] })).jvm)).toBe(3);
  expect(jmxPortOf((await seen({ environ: [`JDK_JAVA_OPTIONS=${port('0')}`] })).jvm)).toBeUndefined();
});
