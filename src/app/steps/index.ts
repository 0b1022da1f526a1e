export { journalDirectory, JournalWriter } from './journal-writer.js';
export type { StepEffect } from './perform.js';
export { StepStack, throwIfInterrupted } from './step-stack.js';
