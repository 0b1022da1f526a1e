import { expect, it } from 'vitest';
import { separateSyslog, verbosityOf } from './global-options.js';

it('--syslog alone does not take the command for its facility', () => {
  expect(separateSyslog(['--syslog', 'run', 'dc1'])).toEqual(['--syslog=local3', 'run', 'dc1']);
  expect(separateSyslog(['--syslog=local0', 'run'])).toEqual(['--syslog=local0', 'run']);
  expect(separateSyslog(['run', '--', '--syslog'])).toEqual(['run', '--', '--syslog']);
});

it('the options say how much is told', () => {
  const options = [{ quiet: true as const }, {}, { verbose: 1 }, { verbose: 2 }, { verbose: 5 }];
  expect(options.map((given) => verbosityOf({ logFormat: 'text', ...given }))).toEqual([
    'quiet',
    'normal',
    'verbose',
    'commands',
    'commands',
  ]);
});
