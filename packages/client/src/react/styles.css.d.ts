/** A style sheet has nothing to import; it is imported for what it does. */
export {};
