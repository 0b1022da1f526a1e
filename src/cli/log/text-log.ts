import { type Colours, type Line, renderLines, styled, type TextStyle } from '../text/index.js';
import { type LogLevel, type LogRecord, type LogSink, severities } from './record.js';

export interface TextLogInit {
  readonly write: (text: string) => void;
  readonly colours: Colours;
  readonly levels: ReadonlySet<LogLevel>;
  /** `journal`: each line begins with `<N>`, which systemd takes for its priority. */
  readonly prefix: 'none' | 'journal';
  /** Whether details of problems are told. */
  readonly details: 'told' | 'left-out';
}

/** Log lines for people. */
export function createTextLog(init: TextLogInit): LogSink {
  const { write, colours, levels, prefix } = init;
  return {
    write: (record) => {
      if (!levels.has(record.level)) return;
      const before = prefix === 'journal' ? `<${severities[record.level]}>` : '';
      const lines = recordLines(record, init.details).map((line): Line => [before, ...line]);
      write(renderLines(lines, colours));
    },
  };
}

const styles: Readonly<Record<LogLevel, TextStyle>> = {
  error: 'red',
  warning: 'yellow',
  info: 'plain',
  debug: 'dim',
  trace: 'dim',
};

type Spans = Exclude<Line, string>;

function recordLines(
  { level, message, remedy, details = [] }: LogRecord,
  told: TextLogInit['details'],
): readonly Spans[] {
  const more = told === 'told' ? details : [];
  return [
    [styled(styles[level], `${level}: `), message],
    ...(remedy === undefined ? [] : [[`  ${remedy}`] satisfies Spans]),
    ...more.map((detail): Spans => ['  ', styled('dim', detail)]),
  ];
}
