export { createGuestHolds } from './adapter.js';
