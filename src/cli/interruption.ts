import { constants } from 'node:os';
import { XenBackupError } from '../core/index.js';

/** Signals that end a run in order. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type EndingSignal = (typeof endingSignals)[number];

/** Where signals come from: the process, or a test. */
export interface SignalSource {
  /** Calls back for each ending signal. @returns ends it. */
  listen(callback: (signal: EndingSignal) => void): () => void;
}

/** Signals of this process. While nobody listens they end it at once, as usual. */
export const processSignals: SignalSource = {
  listen: (callback) => {
    for (const signal of endingSignals) process.on(signal, callback);
    return () => {
      for (const signal of endingSignals) process.off(signal, callback);
    };
  },
};

/** What signals mean for one run. */
export interface Interruption {
  /** Aborts with the first signal: nothing new is begun, everything is taken down in order. */
  readonly signal: AbortSignal;
  /** Aborts with the second: waits get short. */
  readonly hurry: AbortSignal;
  /** 128 + N after signal N. */
  readonly exitCode: number | undefined;
  /** Signals mean what they usually mean again. */
  end(): void;
}

/** @param say - told what a signal leads to. */
export function listenForInterruption(
  source: SignalSource,
  say: (message: string) => void,
): Interruption {
  const abort = new AbortController();
  const hurry = new AbortController();
  let exitCode: number | undefined;
  const end = source.listen((signal) => {
    const signalNumber = constants.signals[signal];
    if (abort.signal.aborted) {
      if (!hurry.signal.aborted) say(`${signal} again: hurrying, but nothing is left behind`);
      hurry.abort();
      return;
    }
    exitCode = 128 + signalNumber;
    say(`${signal}: taking everything down in order; a second signal hurries it`);
    abort.abort(new XenBackupError('interrupted', { message: signal, details: { signalNumber } }));
  });
  return {
    signal: abort.signal,
    hurry: hurry.signal,
    get exitCode() {
      return exitCode;
    },
    end,
  };
}
