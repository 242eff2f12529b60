import { expect, test } from 'vitest';
import { translateArguments } from '../src/exporter-arguments.ts';

test.each([
  {
    name: 'ours stay',
    in: ['--max-series=5', '--labels', 'a=b=c'],
    out: ['--max-series=5', '--labels', 'a=b=c'],
  },
  {
    name: 'its names for what every image has',
    in: ['--log.level=debug', '--log.format', 'json', '--check-config', '-h'],
    out: ['--log-level=debug', '--log-format', 'json', '--check', '--help'],
  },
  {
    name: 'empty is none',
    in: ['--statsd.mapping-config=', '--statsd.relay.address', '', '--statsd.listen-tcp='],
    out: ['--statsd.listen-tcp='],
  },
  { name: 'a file', in: ['--statsd.mapping-config', '/m.yml'], out: ['--statsd.mapping-config', '/m.yml'] },
])('$name', ({ in: argv, out }) => expect(translateArguments(argv)).toEqual(out));
