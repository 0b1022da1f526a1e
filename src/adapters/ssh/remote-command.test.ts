import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseFirstLine, remoteCommandText } from './remote-command.js';

/** What sshd does with the text, but for the network. */
function asSshdWould(argv: readonly [string, ...string[]]): string[] {
  const text = remoteCommandText({ argv, elevation: 'none', life: 'short' });
  const launcher = ['-c', 'exec setsid --wait sh -c "$1"', 'sshd', text];
  const output = execFileSync('sh', launcher, { encoding: 'utf8' });
  return output.split('\n');
}

describe('the remote command', () => {
  it('says who it is, becomes the tool, and hands its arguments on', () => {
    const script = 'echo $$; for each; do printf "[%s]\\n" "$each"; done; echo $LC_ALL';
    const [first, processId, ...rest] = asSshdWould(['sh', '-c', script, 'x', "it's", '$HOME', '']);
    expect(parseFirstLine('dom0b', ['sh'], first!).processId).toBe(Number(processId));
    expect(rest).toEqual(["[it's]", '[$HOME]', '[]', 'C', '']);
  });

  it('puts sudo in front without an environment of its own', () => {
    const text = remoteCommandText({ argv: ['lvs', '-a'], elevation: 'sudo', life: 'short' });
    expect(text.endsWith('xen-backup lvs sudo -n -- lvs -a')).toBe(true);
  });
});

describe('parseFirstLine', () => {
  const parse = (line: string) => () => parseFirstLine('dom0b', ['lvs'], line);

  it('reads the session', () => {
    expect(parse('xen-backup session 42 42 12345')()).toEqual({
      processId: 42,
      startTicks: '12345',
    });
  });

  it('knows a gate that refuses', () => {
    expect(parse('xen-backup refused')).toThrow('the gate of dom0b does not let lvs through');
  });

  it('knows a tool that is not there', () => {
    expect(parse('xen-backup absent')).toThrow('lvs is not installed on dom0b');
  });

  it('refuses a server that gives no session', () => {
    expect(parse('xen-backup session 7 42 12345')).toThrow('session of their own');
  });

  it.each(['', 'Welcome!', 'xen-backup session', 'xen-backup session 1 1 x'])(
    'takes %j for a surprise',
    (line) => {
      expect(parse(line)).toThrow('does not start commands cleanly');
    },
  );
});
