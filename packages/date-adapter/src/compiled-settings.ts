// The settings and what they compile to: reading them checks them by compiling, and what was compiled is kept for whoever
// makes the transform, so that no start and no reload compiles twice. For adapter-start.ts and commands.ts.
import { checkAll } from './check.ts';
import { settings, type SettingsValues } from './settings.ts';
import { type Blueprint, compileTransform } from './transform/compile-transform.ts';
import type { Surroundings } from './transform/surroundings.ts';

export class CompiledSettings {
  /** The settings whose check compiles. */
  readonly table: typeof settings;
  readonly #surroundings: Surroundings;
  readonly #blueprints = new WeakMap<SettingsValues, Blueprint>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.table = { ...settings, check: (values) => checkAll(values, this.blueprintOf(values)) };
  }

  /** Compiled by the check where these values went through it. */
  blueprintOf(values: SettingsValues): Blueprint {
    const found = this.#blueprints.get(values) ?? compileTransform(values, this.#surroundings);
    this.#blueprints.set(values, found);
    return found;
  }
}
