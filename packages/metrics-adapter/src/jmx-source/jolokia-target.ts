// A JVM that is read by Jolokia, an agent of its own that speaks JSON over HTTP: how it is named. For target-spec.ts. Pure.

export type JolokiaTarget = { readonly kind: 'jolokia'; readonly url: string };

/** undefined: it names something else. @throws Error that says what is wrong with the URL */
export function readJolokiaTarget(text: string): JolokiaTarget | undefined {
  if (!/^https?:/i.test(text)) return undefined;
  if (!URL.canParse(text)) throw new Error('not a URL such as http://host:8778/jolokia');
  const { username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '') throw new Error('user and password are settings of their own');
  if (search !== '' || hash !== '') throw new Error('the URL of Jolokia ends with its path');
  return { kind: 'jolokia', url: text };
}

/** Without the scheme: `host:8778/jolokia`. */
export function jolokiaName({ url }: JolokiaTarget): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`.replace(/\/$/, '');
}
