// A Jolokia agent in the fixture application: the real core of Debian's libjolokia-core-java behind the JDK's HTTP
// server (fixtures/jolokia), as a command that starts it.

import { existsSync } from 'node:fs';
import { classesOf, missingJdk } from './jvm.ts';

const JARS = ['/usr/share/java/jolokia-core.jar', '/usr/share/java/json-simple.jar'];

/** What a suite says when it is skipped; undefined where there is a JDK and Jolokia. */
export const missingJolokia =
  missingJdk ?? (JARS.every((jar) => existsSync(jar)) ? undefined : 'libjolokia-core-java is not installed');

/** The fixture's command that opens Jolokia on this port; options as JolokiaServer.java has them. */
export function jolokiaCommand(port: number, options: Readonly<Record<string, string>> = {}): string {
  const classPath = [...JARS, `${classesOf('jolokia', undefined, JARS.join(':'))}/`].join(':');
  const told = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return ['start', classPath, 'JolokiaServer', port, ...told].join(' ');
}
