/** A lab failure that a person can act on: what went wrong, and what to do. */
export class LabError extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'LabError';
    this.remedy = options.remedy;
  }
}
