// The texts of a program with gawk's directives carried out: `@include "file"` is replaced by the file's text, once,
// and behind `@namespace "name"` names belong to that namespace, to the end of the file or the next directive.
// For awk-command.ts. Pure: who reads files is a parameter. A directive stands on a line of its own.
// Invariant: every piece knows the line of its file that it begins with, so messages name the file's own lines.
import { isNamespace } from './namespaces.ts';
import { type Source, SourceError, SourceText } from './source-error.ts';

/** Finds and reads a file of the program: `name` of the source is where it was found. */
export type ReadSource = (file: string) => Source;

const DIRECTIVE = /^[ \t]*@[ \t]*(include|namespace)[ \t]+"([^"\n]*)"[ \t]*;?[ \t]*(?:#.*)?$/gm;

export class ProgramPieces {
  /** In the order of the program. */
  readonly pieces: Source[] = [];
  readonly #read: ReadSource;
  readonly #hasDirectives: boolean;
  readonly #programs = new Set<string>();
  readonly #included = new Set<string>();

  /** @param hasDirectives whether they are carried out; else they stay in the text */
  constructor(read: ReadSource, hasDirectives: boolean) {
    this.#read = read;
    this.#hasDirectives = hasDirectives;
  }

  /** A text of the command line. */
  text(source: Source): void {
    this.#expand({ ...source, isWhole: true });
  }

  /** A file of -f. @throws SourceError when a text before has included it */
  file(file: string): void {
    const source = this.#read(file);
    this.#programs.add(source.name);
    if (this.#included.has(source.name)) throw alsoProgram(source, 0, source.name);
    this.#expand(source);
  }

  /** A file of -i. @throws SourceError when it is a program file, too */
  includeFile(file: string): void {
    this.#include(this.#read(file), { name: file, text: '' }, 0);
  }

  #include(source: Source, from: Source, at: number): void {
    if (this.#programs.has(source.name)) throw alsoProgram(from, at, source.name);
    if (this.#included.has(source.name)) return;
    this.#included.add(source.name);
    this.#expand({ ...source, isWhole: true });
  }

  #expand(source: Source): void {
    if (!this.#hasDirectives) return void this.pieces.push(source);
    const { text } = source;
    let piece: Source = source;
    let [done, line] = [0, 1];
    for (const { 0: found, 1: word, 2: value = '', index } of text.matchAll(DIRECTIVE)) {
      const before = text.slice(done, index);
      this.pieces.push({ ...piece, text: before, firstLine: line });
      line += before.split('\n').length - 1;
      done = index + found.length;
      if (word === 'include') this.#include(this.#read(value), source, index);
      else if (isNamespace(value)) piece = { ...piece, namespace: value };
      else throw new SourceError(new SourceText([source]), index, `"${value}" cannot be a namespace`);
      piece = { ...piece, isWhole: true };
    }
    this.pieces.push({ ...piece, text: text.slice(done), firstLine: line });
  }
}

function alsoProgram(from: Source, at: number, name: string): SourceError {
  return new SourceError(new SourceText([from]), at, `${name} cannot be included and be a program file`);
}
