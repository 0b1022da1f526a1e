import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCatalogue, XenBackupError } from '../core/index.js';
import { exitCodeOf } from './exit-codes.js';

describe('exit codes', () => {
  it('are those of the contract', () => {
    const codes: ErrorCode[] = [
      'internal',
      'usage-invalid',
      'configuration-missing',
      'guest-unknown',
      'expression-invalid',
      'lock-busy',
      'host-unreachable',
      'domain-not-found',
    ];
    expect(codes.map((code) => exitCodeOf(new XenBackupError(code, { message: 'x' })))).toEqual([
      1, 2, 2, 2, 2, 3, 10, 10,
    ]);
  });

  it('of a stranger is that of a defect', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf('x')).toBe(1);
  });

  it('stay as they are for every error there is', () => {
    const table = Object.fromEntries(
      Object.keys(errorCatalogue).map((code) => [
        code,
        exitCodeOf(new XenBackupError(code as ErrorCode, { message: 'x' })),
      ]),
    );
    expect(Object.entries(table).filter(([, code]) => code !== 10)).toMatchInlineSnapshot(`
      [
        [
          "internal",
          1,
        ],
        [
          "usage-invalid",
          2,
        ],
        [
          "configuration-invalid",
          2,
        ],
        [
          "configuration-missing",
          2,
        ],
        [
          "guest-unknown",
          2,
        ],
        [
          "scenario-invalid",
          2,
        ],
        [
          "fault-unused",
          2,
        ],
        [
          "expression-invalid",
          2,
        ],
        [
          "lock-busy",
          3,
        ],
      ]
    `);
  });
});
