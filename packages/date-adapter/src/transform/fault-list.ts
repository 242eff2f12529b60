// Collects what is wrong with settings that have to be compiled to know it: programs, layouts, patterns, zones. For
// check.ts, and for whoever makes a transform: all faults at once, each with the setting it is in.
import type { SettingFault } from '@podmate/base/errors';
import { SourceError } from '../awk/source-error.ts';
import { RegexError } from '../awk/regex/regex.ts';
import { LayoutError } from '../dates/layout-error.ts';

export class FaultList {
  readonly faults: SettingFault[] = [];
  /** What is not wrong, but may not be meant. */
  readonly warnings: string[] = [];

  add(fault: SettingFault): void {
    this.faults.push(fault);
  }

  /** What `action` makes, or undefined and a fault of this setting when it throws. */
  attempt<T>(setting: string, value: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.faults.push(faultOf(setting, value, error));
      return undefined;
    }
  }
}

/** Carets stay under their places: such a message keeps its lines. */
function faultOf(setting: string, value: string, error: unknown): SettingFault {
  if (error instanceof SourceError) return { setting, what: error.message };
  if (error instanceof LayoutError) return { setting, what: error.message };
  if (error instanceof RegexError)
    return { setting, what: `${error.message}\n  ${value}\n  ${' '.repeat(error.offset)}^` };
  return { setting, value, what: error instanceof Error ? error.message : String(error) };
}
