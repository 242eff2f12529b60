// `${NAME}` and `${NAME:-default}` in texts of the settings: an image without a shell has nobody else to do it. Pure.
import { SettingError } from '@podmate/base/errors';

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingError for a variable that is not set and has no default; an empty one counts as not set */
export function expand(text: string, env: Environment): string {
  return text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_all, name: string, otherwise?: string) => {
    const value = env[name] || otherwise;
    if (value !== undefined) return value;
    throw new SettingError({
      setting: text,
      what: `variable ${name} is not set`,
      todo: `set it or write \${${name}:-default}`,
    });
  });
}
