import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import { expectQuietSuccess } from './quiet.js';
import { parseOutput } from './parse-output.js';
import { firstLine, printable, rawTextLimit } from './printable.js';
import { codeOf } from './recordings.contract.js';
import {
  commandFailed,
  expectSuccess,
  requireArgument,
  requireOperand,
  requirePath,
  unexpectedOutput,
} from './result.js';

const result = (changes: Partial<CommandResult> = {}): CommandResult => ({
  argv: ['lvs', '-a'],
  exitCode: 5,
  stdout: '',
  stderr: '  Volume group "x" not found\n  Cannot process volume group x\n',
  durationMs: 1,
  ...changes,
});

describe('the error of a command', () => {
  it('says which command, where, and the first thing the tool said', () => {
    expect(commandFailed('dom0a', result()).message).toBe(
      'lvs failed on dom0a with exit code 5: Volume group "x" not found',
    );
    expect(commandFailed('dom0a', result({ stderr: '' })).message).toBe(
      'lvs failed on dom0a with exit code 5',
    );
  });

  it('carries argv, exit code and both outputs', () => {
    expect(commandFailed('dom0a', result(), 'volume-not-found')).toMatchObject({
      code: 'volume-not-found',
      details: {
        host: 'dom0a',
        argv: ['lvs', '-a'],
        exitCode: 5,
        stdout: '',
        stderr: String.raw`  Volume group "x" not found\n  Cannot process volume group x\n`,
      },
    });
  });

  it('never carries what could steer a terminal', () => {
    const error = commandFailed('dom0a', result({ stderr: '\u001b[31mred\u0007\u202e\r\n' }));
    expect(error.message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.stringify(error.details)).toContain('u001b');
  });

  it('is not thrown for success', () => {
    const success = result({ exitCode: 0 });
    expect(expectSuccess('dom0a', success)).toBe(success);
    expect(codeOf(() => expectSuccess('dom0a', result()))).toBe('command-failed');
  });
});

describe('a warning beside success', () => {
  const warned = result({ exitCode: 0, stderr: '  leaked\n\n  lost\n' });

  it('is an error unless every line of it is known to be harmless', () => {
    expect(codeOf(() => expectQuietSuccess('a', warned))).toBe('output-unexpected');
    expect(codeOf(() => expectQuietSuccess('a', warned, [/^leaked$/]))).toBe('output-unexpected');
    expect(expectQuietSuccess('a', warned, [/^leaked$/, /^lost$/])).toBe(warned);
  });
});

describe('an argument', () => {
  it.each(['', 'a\0b'])('is never %j', (value) => {
    expect(codeOf(() => requireArgument('name', value))).toBe('internal');
    expect(codeOf(() => requireOperand('name', value))).toBe('internal');
    expect(codeOf(() => requirePath('name', value))).toBe('internal');
  });

  it('is never taken for an option where the tool has no "--"', () => {
    expect(requireArgument('name', '-rf')).toBe('-rf');
    expect(codeOf(() => requireOperand('name', '-rf'))).toBe('internal');
    expect(codeOf(() => requirePath('name', 'relative'))).toBe('internal');
    expect(requirePath('name', '/-rf')).toBe('/-rf');
  });
});

describe('a parser’s refusal', () => {
  it('leaves with the command and its whole output', () => {
    const refuse = () => {
      throw unexpectedOutput('no table', 'line 2');
    };
    const failing = () => parseOutput('dom0a', result({ stdout: 'line 1\nline 2' }), refuse);
    expect(failing).toThrow(
      expect.objectContaining({
        code: 'output-unexpected',
        details: expect.objectContaining({ text: 'line 2', stdout: String.raw`line 1\nline 2` }),
      }),
    );
  });

  it('is not what a defect of ours turns into', () => {
    const failing = () =>
      parseOutput('dom0a', result(), () => {
        throw new TypeError('defect');
      });
    expect(failing).toThrow(TypeError);
  });
});

describe('printable text', () => {
  it('is one line without control characters, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
      }),
    );
  });

  it('is bounded, and says how much is missing', () => {
    const long = 'x'.repeat(rawTextLimit + 7);
    expect(printable(long)).toHaveLength(rawTextLimit + '… (7 more characters)'.length);
    expect(printable(long)).toMatch(/ \(7 more characters\)$/);
  });

  it('begins with the first line that says anything', () => {
    expect(firstLine('\n \n  first\nsecond')).toBe('first');
    expect(firstLine(' \n')).toBe('');
  });
});
