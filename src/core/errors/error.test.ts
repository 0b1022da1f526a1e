import { describe, expect, it } from 'vitest';
import { errorCatalogue, isXenBackupError, toXenBackupError, XenBackupError } from './index.js';

describe('XenBackupError', () => {
  it('takes the remedy of the catalogue unless it is given a better one', () => {
    expect(new XenBackupError('lock-busy', { message: 'busy' }).remedy).toBe(
      errorCatalogue['lock-busy'].remedy,
    );
    expect(new XenBackupError('lock-busy', { message: 'busy', remedy: 'Wait.' }).remedy).toBe(
      'Wait.',
    );
  });

  it('keeps what caused it', () => {
    const cause = new Error('below');
    expect(new XenBackupError('internal', { message: 'above', cause }).cause).toBe(cause);
    expect('cause' in new XenBackupError('internal', { message: 'alone' })).toBe(false);
  });

  it('is recognised by its code', () => {
    const error = new XenBackupError('lock-busy', { message: 'busy' });
    expect(isXenBackupError(error)).toBe(true);
    expect(isXenBackupError(error, 'lock-busy')).toBe(true);
    expect(isXenBackupError(error, 'internal')).toBe(false);
    expect(isXenBackupError(new Error('lock-busy'))).toBe(false);
  });
});

describe('toXenBackupError', () => {
  it('leaves an error of ours as it is', () => {
    const error = new XenBackupError('lock-busy', { message: 'busy' });
    expect(toXenBackupError(error)).toBe(error);
  });

  it.each([
    [new TypeError('undefined is not a function'), 'undefined is not a function'],
    ['text', 'text'],
    [undefined, 'undefined'],
  ])('takes %s for a defect of ours', (thrown, message) => {
    const error = toXenBackupError(thrown);
    expect(error).toMatchObject({ code: 'internal', message });
    expect(error.cause).toBe(thrown);
  });
});

describe('the catalogue', () => {
  it.each(Object.entries(errorCatalogue))('explains %s in sentences', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(entry.meaning).toMatch(/^\S.*\.$/s);
    expect(entry.remedy).toMatch(/^\S.*\.$/s);
  });

  it('never loses a code: programs branch on them', () => {
    expect(Object.keys(errorCatalogue).sort()).toMatchSnapshot();
  });
});
