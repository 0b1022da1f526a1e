// The boundaries of docs/ARCHITECTURE.md, executable. `npm run boundaries` checks them,
// `npm run boundaries:prove` shows that each rule can fail.

// Contract suites are test code that several *.test.ts share.
const tests = '\\.(test|contract)\\.ts$';

/** A rule that lists the paths a folder may import; everything else is an error. */
const onlyPaths = (name, from, paths, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { pathNot: paths },
});

/** The same, with Node's own modules and npm packages allowed on top. */
const onlyPathsAndPackages = (name, from, paths, comment) => {
  const rule = onlyPaths(name, from, paths, comment);
  return {
    ...rule,
    to: { ...rule.to, dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-peer'] },
  };
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    onlyPaths(
      'core-imports-only-core',
      '^src/core/',
      ['^src/core/'],
      'The core is pure: no Node, no npm package, nothing outside src/core.',
    ),
    onlyPaths(
      'ports-import-only-core-and-ports',
      '^src/ports/',
      ['^src/(core|ports)/'],
      'Ports are interfaces in the vocabulary of the core.',
    ),
    onlyPathsAndPackages(
      'adapters-import-only-core-ports-self-shared',
      '^src/adapters/([^/]+)/',
      ['^src/(core|ports)/', '^src/adapters/$1/', '^src/adapters/shared/'],
      'An adapter knows its own tool. What two adapters need lies in src/adapters/shared.',
    ),
    onlyPaths(
      'app-imports-only-core-ports-app',
      '^src/app/',
      ['^src/(core|ports|app)/'],
      'Use cases speak to ports; which adapter is behind one is decided in src/cli.',
    ),
    onlyPathsAndPackages(
      'config-imports-only-core-config-npm',
      '^src/config/',
      ['^src/(core|config)/'],
      'Configuration is parsed and checked before anything else exists.',
    ),
    onlyPathsAndPackages(
      'fakes-import-only-what-they-simulate',
      '^fakes/',
      [
        '^fakes/',
        '^src/(core|ports|config)/',
        // Shell scripts that adapters send to hosts: the simulated shell recognises the very constant.
        '^src/adapters/[^/]+/scripts\\.ts$',
      ],
      'Simulated hosts answer argv; they must not share code with the adapters they are to test.',
    ),
    {
      name: 'only-cli-imports-fakes',
      comment: 'The composition root loads them for --simulate; everybody else gets them in tests.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', tests] },
      to: { path: '^fakes/' },
    },
    {
      name: 'cli-loads-fakes-on-demand',
      comment: 'A run on real hosts must not load the simulation: import() it behind --simulate.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: tests },
      to: { path: '^fakes/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'only-cli-imports-cli',
      comment:
        'src/cli is the outermost layer (src/index.ts, the SDK, included: no terminal in it).',
      severity: 'error',
      from: { path: '^(src|fakes)/', pathNot: ['^src/cli/', tests] },
      to: { path: '^src/cli/' },
    },
    {
      name: 'no-integration-from-product',
      severity: 'error',
      comment: 'What ships does not depend on what tests it.',
      from: { path: '^(src|fakes)/' },
      to: { path: '^(integration|tools)/' },
    },
    {
      name: 'no-test-imports',
      severity: 'error',
      comment: 'A test file is nobody’s library; shared test code gets a file of its own.',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      comment: 'An installed xen-backup has no devDependencies.',
      from: {
        path: '^(src|fakes)/',
        pathNot: tests,
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      comment: 'Whatever is imported stands in package.json.',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that leads nowhere.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Cycles hide which side owns what. (Cycles of types alone count too.)',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that nothing imports and that imports nothing is dead.',
      from: {
        orphan: true,
        pathNot: [
          tests,
          '\\.d\\.ts$',
          '^src/index\\.ts$',
          '^fakes/index\\.ts$',
          '^src/cli/main\\.ts$',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
