import type { LocatedMap, LocatedScalar } from './located.js';
import { formatPlace, type Place, type Problem } from './problem.js';
import { type Assignment, readAssignments } from './conf-syntax.js';

export interface ConfReading {
  /** Absent when the file has a problem. */
  readonly guest?: ConfGuest;
  readonly problems: readonly Problem[];
}

/** What a file of the 2009 script says. */
export interface ConfGuest {
  readonly name: string;
  readonly namePlace: Place;
  /** A list of host names, each with its place. */
  readonly hosts: readonly LocatedScalar[];
  readonly hostsPlace: Place;
}

/** Longest text, in characters. It names one guest and its hosts. */
const longestText = 64 * 1024;

/**
 * Reads one `*.conf` of the 2009 script: `DOMU=name` and `DOM0S="host host ..."`, quotes, comments
 * and blank lines. The text is shell syntax but never executed; anything else in it is a problem.
 */
export function readConfFile(file: string, text: string): ConfReading {
  const start = { file, line: 1, column: 1 };
  if (text.length > longestText) {
    const message = `longer than ${longestText} characters: no file of the 2009 script`;
    return { problems: [{ place: start, message }] };
  }
  const { assignments, problems } = readAssignments(file, text);
  const found: Problem[] = [...problems];
  const values = new Map<Assignment['name'], Assignment>();
  for (const assignment of assignments) {
    const { name, place } = assignment;
    const first = values.get(name);
    if (first === undefined) values.set(name, assignment);
    else {
      found.push({
        place,
        message: `${name} is given twice; first at ${formatPlace(first.place)}`,
      });
    }
  }
  const guest = values.get('DOMU');
  const hosts = values.get('DOM0S');
  // After an error of syntax the missing assignment may well be the line with the error.
  if (problems.length === 0) {
    if (guest === undefined) found.push({ place: start, message: 'DOMU= is missing' });
    if (hosts === undefined) found.push({ place: start, message: 'DOM0S= is missing' });
  }
  // Plain objects follow, where this name would not be a key: the guest would be lost in silence.
  for (const { text: name, place } of [...(guest?.words ?? []), ...(hosts?.words ?? [])]) {
    if (name === '__proto__') found.push({ place, message: 'the name __proto__ is not allowed' });
  }
  if (guest?.value === '') found.push({ place: guest.place, message: 'DOMU= is empty' });
  if (hosts?.words.length === 0) found.push({ place: hosts.place, message: 'DOM0S= is empty' });
  if (found.length > 0 || guest === undefined || hosts === undefined) return { problems: found };
  return {
    problems: [],
    guest: {
      name: guest.value,
      namePlace: guest.valuePlace,
      hosts: hosts.words.map((word) => ({ kind: 'scalar', place: word.place, value: word.text })),
      hostsPlace: hosts.place,
    },
  };
}

/** The guest as a `guests` entry of the YAML would give it. */
export function confGuestAsMap(guest: ConfGuest): LocatedMap {
  return {
    kind: 'map',
    place: guest.namePlace,
    entries: new Map([
      [
        'hosts',
        {
          keyPlace: guest.hostsPlace,
          value: { kind: 'list', place: guest.hostsPlace, items: guest.hosts },
        },
      ],
    ]),
  };
}
