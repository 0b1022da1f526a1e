export { formatBytes, formatDuration, printable } from './format.js';
