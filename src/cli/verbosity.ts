/** How much is said: problems only; the story; with every step's details; with every command. */
export type Verbosity = 'quiet' | 'normal' | 'verbose' | 'commands';
