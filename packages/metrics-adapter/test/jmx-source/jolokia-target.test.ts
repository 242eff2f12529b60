// How a Jolokia agent is named as a target.

import { expect, test } from 'vitest';
import { jolokiaName, readJolokiaTarget } from '../../src/jmx-source/jolokia-target.ts';

const good: { text: string; name: string | undefined }[] = [
  { text: 'http://app:8778/jolokia', name: 'app:8778/jolokia' },
  { text: 'HTTPS://[::1]:8778/actuator/jolokia/', name: '[::1]:8778/actuator/jolokia' },
  { text: 'https://app/jolokia', name: 'app/jolokia' },
  { text: 'app:8778', name: undefined },
  { text: 'service:jmx:rmi:///jndi/rmi://app:9010/jmxrmi', name: undefined },
];

test.each(good)('$text', ({ text, name }) => {
  const target = readJolokiaTarget(text);
  expect(target && jolokiaName(target)).toBe(name);
});

test.each([
  ['http://', 'not a URL'],
  ['http://u:p@app:8778/jolokia', 'settings of their own'],
  ['http://app:8778/jolokia?maxDepth=1', 'ends with its path'],
])('%s is refused', (text, message) => {
  expect(() => readJolokiaTarget(text)).toThrow(message);
});
