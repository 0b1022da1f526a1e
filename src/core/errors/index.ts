export { type CatalogueEntry, type ErrorCode, errorCatalogue } from './catalogue.js';
export {
  type ErrorDetails,
  type ErrorInit,
  isXenBackupError,
  toXenBackupError,
  XenBackupError,
} from './error.js';
