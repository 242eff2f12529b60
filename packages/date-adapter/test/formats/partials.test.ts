// Lines that container runtimes have cut: CRI's P and F, Docker's `log` without a line end.
import { describe, expect, it } from 'vitest';
import { CriPartials } from '../../src/formats/cri-partials.ts';
import { DockerPartials } from '../../src/formats/docker-partials.ts';
import type { LineJoiner, RecordSink } from '../../src/formats/line-joiner.ts';

function joined(make: (deliver: RecordSink) => LineJoiner, lines: readonly string[]): string[] {
  const delivered: string[] = [];
  const joiner = make((bytes, start, firstEnd, end) => {
    expect(firstEnd).toBe(end);
    delivered.push(Buffer.from(bytes.subarray(start, end)).toString());
  });
  for (const line of lines) {
    const bytes = Buffer.from(`x${line}x`);
    joiner.push(bytes, 1, bytes.length - 1);
    bytes.fill(0);
  }
  joiner.flush();
  return delivered;
}

const [t1, t2] = ['2023-10-06T00:17:09.1Z', '2023-10-06T00:17:09.2Z'];
const cri =
  (maxBytes?: number) =>
  (deliver: RecordSink): LineJoiner =>
    new CriPartials(deliver, maxBytes);
const docker =
  (maxBytes?: number) =>
  (deliver: RecordSink): LineJoiner =>
    new DockerPartials(deliver, maxBytes);
const line = (log: string, time: number, stream = 'stdout'): string =>
  `{"log":"${log}","stream":"${stream}","time":"T${time}"}`;

describe('CRI', () => {
  it.each([
    {
      name: 'whole lines',
      in: [`${t1} stdout F a`, `${t2} stderr F b`],
      out: [`${t1} stdout F a`, `${t2} stderr F b`],
    },
    {
      name: 'parts',
      in: [`${t1} stdout P a `, `${t2} stdout P b`, `${t2} stdout F c`],
      out: [`${t1} stdout F a bc`],
    },
    {
      name: 'streams between each other',
      in: [
        `${t1} stdout P a`,
        `${t1} stderr P x`,
        `${t2} stdout F b`,
        `${t2} stderr F y`,
        `${t2} stdout F c`,
      ],
      out: [`${t1} stdout F ab`, `${t1} stderr F xy`, `${t2} stdout F c`],
    },
    { name: 'an end that never came', in: [`${t1} stdout P a`], out: [`${t1} stdout F a`] },
    { name: 'more tags', in: [`${t1} stdout P:q a`, `${t1} stdout F b`], out: [`${t1} stdout F:q ab`] },
    { name: 'what is no CRI line', in: ['hello', ''], out: ['hello', ''] },
  ])('$name', ({ in: lines, out }) => {
    expect(joined(cri(), lines)).toEqual(out);
  });

  it('is bounded, and loses nothing', () => {
    const lines = [`${t1} stdout P aaaa`, `${t1} stdout P bbbb`, `${t2} stdout F c`];
    expect(joined(cri(40), lines)).toEqual([`${t1} stdout F aaaabbbb`, `${t2} stdout F c`]);
  });
});

describe('docker', () => {
  it.each([
    { name: 'whole lines', in: [line('a\\n', 1)], out: [line('a\\n', 1)] },
    { name: 'parts', in: [line('a\\"', 1), line('b', 2), line('c\\n', 3)], out: [line('a\\"bc\\n', 3)] },
    {
      name: 'streams between each other',
      in: [line('a', 1), line('x', 2, 'stderr'), line('b\\n', 3), line('y\\n', 4, 'stderr')],
      out: [line('ab\\n', 3), line('xy\\n', 4, 'stderr')],
    },
    { name: 'an end that never came', in: [line('a', 1)], out: [line('a', 1)] },
    { name: 'what is no such line', in: ['{"a":1}', 'x'], out: ['{"a":1}', 'x'] },
  ])('$name', ({ in: lines, out }) => {
    expect(joined(docker(), lines)).toEqual(out);
  });

  it('is bounded, and loses nothing', () => {
    expect(joined(docker(12), [line('aaaa', 1), line('bbbb', 2), line('c\\n', 3)])).toEqual([
      line('aaaa', 1),
      line('bbbb', 2),
      line('c\\n', 3),
    ]);
  });
});
