// An error of a system call, as the code and text an operator knows it by.

/** UNKNOWN for what is no such error: then the text is all there is. */
export function systemError(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return { code, message: error.message };
}
