import { defineConfig } from 'vitest/config';

const sweep = 'integration/sweep/**/*.test.ts';
const peers = 'integration/peers/**/*.test.ts';
const lab = ['integration/lab/tests/**/*.test.ts', 'integration/lab/*.test.ts'];

export default defineConfig({
  test: {
    // A file name that matches nothing, or a project without tests, must fail, not pass silently.
    passWithNoTests: false,
    allowOnly: process.env['CI'] === undefined,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          // Needs nothing but Node.
          name: 'unit',
          include: ['src/**/*.test.ts', 'fakes/**/*.test.ts', 'integration/**/*.test.ts'],
          exclude: [sweep, peers, ...lab, '**/node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          // Thousands of simulated runs. Needs nothing but Node either; `npm test` has both.
          name: 'sweep',
          include: [sweep],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // Real sshd, rsync and loop-mounted file systems. Peers share ports and loop devices.
          name: 'peers',
          include: [peers],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          // Two real Xen hosts inside QEMU; booting them takes minutes.
          name: 'lab',
          include: lab,
          testTimeout: 900_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'fakes/**/*.ts'],
      exclude: ['**/*.{test,contract}.ts'],
      reporter: ['text-summary', 'html', 'lcovonly'],
      reportsDirectory: 'coverage',
    },
  },
});
