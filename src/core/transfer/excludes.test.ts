import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rebaseExcludes } from './excludes.js';

describe('rebaseExcludes', () => {
  it.each<[pattern: string, guestPath: string, result: string[]]>([
    // The default.
    ['/tmp/*', '/', ['/tmp/*']],
    ['/tmp/*', '/tmp', ['/*']],
    ['/tmp/*', '/home', []],
    ['/tmp/*', '/tmp/inner', ['/*']],
    ['/tmp/*', '/tmpfiles', []],
    // A directory with all that is in it.
    ['/var/cache', '/', ['/var/cache']],
    ['/var/cache', '/var', ['/cache']],
    ['/var/cache', '/var/cache', ['/*']],
    ['/var/cache', '/var/cache/apt', ['/*']],
    ['/var/cache', '/var/lib', []],
    ['/var/cache/', '/var', ['/cache/']],
    ['/var/cache/', '/var/cache', ['/*']],
    ['/var/cache/***', '/var', ['/cache/***']],
    ['/var/cache/***', '/var/cache', ['/*']],
    ['/var/cache/***', '/var/cache/apt', ['/*']],
    // Wildcards above, in and below the mount point.
    ['/var/*.old', '/var', ['/*.old']],
    ['/*/cache', '/var', ['/cache']],
    ['/*/cache', '/', ['/*/cache']],
    ['/v?r/cache', '/var', ['/cache']],
    ['/v[a-c]r/cache', '/var', ['/cache']],
    ['/v[!a-c]r/cache', '/var', []],
    ['/v[[:alpha:]]r/x', '/var', ['/x']],
    ['/v[[:digit:]]r/x', '/var', []],
    ['/v[]a]r/x', '/var', ['/x']],
    ['/v[a', '/va', []],
    ['/v[z-a]r/x', '/var', []],
    ['/*', '/home', ['/*']],
    // `**` crosses slashes: it may end before, at or behind the mount point.
    ['/var/**', '/var', ['/**']],
    ['/var/**', '/var/lib', ['/*']],
    ['/var/**/cache', '/var', ['/**/cache']],
    ['/var/**/cache', '/var/lib', ['/**/cache', '/cache']],
    ['/var/**/cache', '/var/lib/cache', ['/*']],
    ['/va**/cache', '/var', ['/**/cache', '/cache']],
    ['/**/cache', '/home', ['/**/cache', '/cache']],
    ['/**.iso', '/home', ['/**.iso']],
    ['/home/**.iso', '/home/x.iso', ['/*']],
    // Backslashes: escapes beside a wildcard, characters of their own without one.
    ['/var/\\*x', '/var', ['/\\*x']],
    ['/\\*var/x', '/*var', ['/x']],
    ['/a\\b/x', '/a\\b', ['/x']],
    ['/v*/a\\\\b', '/var', ['/a\\b']],
    ['/v*/a\\\\b*', '/var', ['/a\\\\b*']],
    // Characters that a regular expression would take for its own.
    ['/a.b/x', '/a.b', ['/x']],
    ['/a.b/x', '/aXb', []],
    ['/a+(b)/x', '/a+(b)', ['/x']],
    // A whole umlaut is two bytes for rsync.
    ['/v?r/x', '/vär', []],
    ['/v??r/x', '/vär', []],
    ['/vä*/x', '/vär', ['/x']],
  ])('%s on the file system of %s is %j', (pattern, guestPath, result) => {
    expect(rebaseExcludes([pattern], [{ guestPath }])).toEqual(result);
  });

  it('passes on what is not anchored, also to a file system that the guest does not mount', () => {
    expect(rebaseExcludes(['*.iso', '/tmp/*', 'a/b'], [])).toEqual(['*.iso', 'a/b']);
    expect(rebaseExcludes(['*.iso', '/tmp/*'], [{ guestPath: '/tmp' }])).toEqual(['*.iso', '/*']);
  });

  it('lead to each subvolume by the place the guest gives it', () => {
    const places = [
      { guestPath: '/', subvolume: '/@' },
      { guestPath: '/home', subvolume: '/@home' },
      { guestPath: '/all' },
    ];
    expect(rebaseExcludes(['/tmp/*', '/home/*/cache', '*.iso'], places)).toEqual([
      '/@/tmp/*',
      '/@/home/*/cache',
      '/@home/*/cache',
      '*.iso',
    ]);
    expect(rebaseExcludes(['/all/x'], places)).toEqual(['/@/all/x', '/x']);
    expect(rebaseExcludes(['/tmp'], [{ guestPath: '/', subvolume: '/a*b' }])).toEqual([]);
  });

  // What rsync(1) says, by regular expressions: a path is left out when it or a directory above it
  // matches the whole of an anchored pattern.
  const isExcluded = (path: string, patterns: readonly string[]): boolean => {
    const components = path.split('/').slice(1);
    const above = components.map((_, index) => `/${components.slice(0, index + 1).join('/')}`);
    return patterns.some((pattern) => {
      const source = pattern
        .replace(/\*\*|[*?]/g, (wildcard) =>
          wildcard === '**' ? '\0' : wildcard === '*' ? '\u0001' : '[^/]',
        )
        .replaceAll('\0', '.*')
        .replaceAll('\u0001', '[^/]*');
      return above.some((prefix) => new RegExp(`^${source}$`).test(prefix));
    });
  };

  it('leaves out on each file system what the pattern leaves out of the whole tree', () => {
    const component = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 });
    const path = fc
      .array(component, { minLength: 1, maxLength: 3 })
      .map((parts) => `/${parts.join('/')}`);
    const piece = fc
      .array(fc.constantFrom('a', 'b', '*', '?', '**'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join(''))
      // Three stars in a row mean something else.
      .filter((text) => !text.includes('***'));
    const pattern = fc
      .array(piece, { minLength: 1, maxLength: 3 })
      .map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(pattern, path, path, (exclude, mountPoint, inside) => {
        const rebased = rebaseExcludes([exclude], [{ guestPath: mountPoint }]);
        expect(isExcluded(inside, rebased), JSON.stringify(rebased)).toBe(
          isExcluded(`${mountPoint}${inside}`, [exclude]),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('takes any pattern an operator may write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.webPath(), (text, guestPath) => {
        for (const rebased of rebaseExcludes([`/${text}`], [{ guestPath }])) {
          expect(rebased.startsWith('/')).toBe(true);
        }
      }),
    );
  });
});
