export { type ErrorCode, errorCatalogue } from './catalogue.js';
export { type ErrorDetails, isXenBackupError, toXenBackupError, XenBackupError } from './error.js';
