import { randomInt } from 'node:crypto';
import type { RunId } from '../core/index.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const length = 10;

/** A fresh run id: ten of `[a-z0-9]`, from the system's random numbers. */
export function createRunId(): RunId {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
