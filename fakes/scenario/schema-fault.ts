import { z } from 'zod';
import { type StepName, stepCommands } from '../faults/command-text.js';
import type { FaultEffect, FaultRule } from '../faults/types.js';
import { durationSchema } from './schema-values.js';

const stepNames = Object.keys(stepCommands) as [StepName, ...StepName[]];

const effects = {
  fail: z.strictObject({
    exitCode: z.int().min(1).max(255),
    stderr: z.string().optional(),
    stdout: z.string().optional(),
  }),
  hang: z.enum(['killable', 'stuck']),
  lie: z.string(),
  garble: z.string(),
  truncate: z.int().min(0),
  delay: durationSchema,
  kill: z.enum(['TERM', 'KILL']),
  die: z.literal(true),
  cutNetwork: z.strictObject({ peer: z.string().optional(), lasts: durationSchema.optional() }),
  fillSnapshots: z.literal(true),
  fillFileSystem: z.string(),
  holdMount: z.strictObject({ path: z.string().optional(), lasts: durationSchema }),
  unmount: z.strictObject({ path: z.string().optional() }),
  startDomain: z.string(),
  suspendDomain: z.string(),
  stopDomain: z.string(),
  stopLibvirt: z.literal(true),
} as const;

/** One fault: which command it strikes, when, and what happens then. */
export const faultSchema = z
  .strictObject({
    host: z.string().optional(),
    step: z.enum(stepNames).optional().meta({ description: 'Kind of step that is struck.' }),
    command: z.string().optional().meta({
      description: 'Beginning of the command line that is struck; * stands for anything.',
    }),
    number: z.int().min(1).optional().meta({ description: 'n-th command of the whole world.' }),
    occurrence: z.union([z.int().min(1), z.literal('every')]).optional(),
    when: z
      .union([z.enum(['before', 'after']), z.number().min(0).max(1)])
      .optional()
      .meta({
        description: 'Before (default) or after its effect; a share of a copy, 0.5 is the middle.',
      }),
    effect: z
      .strictObject(
        Object.fromEntries(
          Object.entries(effects).map(([key, schema]) => [key, schema.optional()]),
        ) as {
          [K in keyof typeof effects]: z.ZodOptional<(typeof effects)[K]>;
        },
      )
      .refine((effect) => Object.keys(effect).length === 1, {
        message: 'expected exactly one effect',
      }),
  })
  .refine((fault) => fault.step === undefined || fault.command === undefined, {
    message: 'step and command exclude each other',
  });

type FaultInput = z.output<typeof faultSchema>;

/** The rule a fault of a scenario means. */
export function faultRule(fault: FaultInput, index: number): FaultRule {
  const pattern = fault.step === undefined ? { command: fault.command } : stepCommands[fault.step];
  const except = 'except' in pattern ? pattern.except : undefined;
  const { when = 'before', host, number } = fault;
  return {
    name: `faults[${index}] (${fault.step ?? fault.command ?? `command ${number ?? 'any'}`})`,
    match: {
      ...(host === undefined ? {} : { machine: host }),
      ...(pattern.command === undefined ? {} : { command: pattern.command }),
      ...(except === undefined ? {} : { except }),
      ...(number === undefined ? {} : { number }),
      occurrence: fault.occurrence ?? 1,
    },
    moment: typeof when === 'number' ? { kind: 'during', share: when } : { kind: when },
    effect: effectOf(fault.effect),
  };
}

function effectOf(effect: FaultInput['effect']): FaultEffect {
  const { fail, hang, lie, garble, truncate, delay, kill, cutNetwork, holdMount, unmount } = effect;
  if (fail !== undefined) {
    return {
      kind: 'fail',
      exitCode: fail.exitCode,
      stderr: fail.stderr ?? '',
      stdout: fail.stdout ?? '',
    };
  }
  if (hang !== undefined) return { kind: 'hang', mercy: hang };
  if (lie !== undefined) return { kind: 'lie', stdout: lie };
  if (garble !== undefined) return { kind: 'garble', stdout: garble };
  if (truncate !== undefined) return { kind: 'truncate', bytes: truncate };
  if (delay !== undefined) return { kind: 'delay', durationMs: delay };
  if (kill !== undefined) return { kind: 'kill', signal: kill };
  if (cutNetwork !== undefined) {
    const { peer, lasts } = cutNetwork;
    return {
      kind: 'cut-network',
      ...(peer === undefined ? {} : { peer }),
      ...(lasts === undefined ? {} : { lastsMs: lasts }),
    };
  }
  if (holdMount !== undefined) {
    const { path, lasts } = holdMount;
    return { kind: 'hold-mount', lastsMs: lasts, ...(path === undefined ? {} : { path }) };
  }
  if (unmount !== undefined) {
    return { kind: 'unmount', ...(unmount.path === undefined ? {} : { path: unmount.path }) };
  }
  return otherEffect(effect);
}

function otherEffect(effect: FaultInput['effect']): FaultEffect {
  const { fillSnapshots, fillFileSystem, startDomain, suspendDomain, stopDomain, stopLibvirt } =
    effect;
  if (fillSnapshots !== undefined) return { kind: 'fill-snapshots' };
  if (fillFileSystem !== undefined) return { kind: 'fill-file-system', path: fillFileSystem };
  if (startDomain !== undefined) return { kind: 'start-domain', domain: startDomain };
  if (suspendDomain !== undefined) return { kind: 'suspend-domain', domain: suspendDomain };
  if (stopDomain !== undefined) return { kind: 'stop-domain', domain: stopDomain };
  return stopLibvirt === undefined ? { kind: 'die' } : { kind: 'stop-libvirt' };
}
