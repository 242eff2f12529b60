// What --explain says of a URL. The routes of a whole settings file are explained in e2e/modes.test.ts.
import { expect, test } from 'vitest';
import { explainUrl } from '../src/explain.ts';
import type { ListenerSpec } from '../src/plan.ts';

const forward: ListenerSpec = {
  listen: { host: '127.0.0.1', port: 1080 },
  mode: 'forward',
  routes: [],
  allow: ['*.example', 'a:443'],
  acceptProxyProtocol: false,
  tls: undefined,
};

test('a forward listener, and a port where nobody listens', () => {
  expect(explainUrl('http://localhost:1080/', [forward])).toBe(
    'listener   127.0.0.1:1080 (forward)\nallowed    *.example a:443\n',
  );
  expect(explainUrl('http://localhost/', [forward])).toBe('no listener at port 80\n');
});

test('what is no URL is a wrong setting', () => {
  expect(() => explainUrl('localhost', [forward])).toThrow('--explain localhost: not a URL; write http://');
});
