export { formatBytes, formatDuration, formatSizesApart, printable } from './format.js';
