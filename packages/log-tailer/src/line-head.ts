// What stands before a record: `[app.log] `, or `{"file":"/var/log/app.log","message":"`. Made once per path. For
// the prefix and json formats.
import os from 'node:os';
import path from 'node:path';

export type HeadOf = (followedPath: string) => Buffer;

/** A prefix; the template's fields are {path}, {basename}, {dirname} and {hostname}. */
export function prefixHead(template: string): HeadOf {
  return cached((file) => {
    const fields = new Map([
      ['path', file],
      ['basename', path.basename(file)],
      ['dirname', path.dirname(file)],
      ['hostname', os.hostname()],
    ]);
    return template.replace(/\{(\w+)\}/g, (text, name: string) => fields.get(name) ?? text);
  });
}

/** The beginning of a JSON object, up to the record itself. */
export function jsonHead(key: string): HeadOf {
  return cached((file) => `{"file":${JSON.stringify(file)},${JSON.stringify(key)}:"`);
}

function cached(make: (followedPath: string) => string): HeadOf {
  const heads = new Map<string, Buffer>();
  return (followedPath) => heads.getOrInsertComputed(followedPath, (file) => Buffer.from(make(file)));
}
