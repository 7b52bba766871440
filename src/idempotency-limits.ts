/** How long a request with an Idempotency-Key is remembered with its answer, in milliseconds. */
export const KEY_LIFETIME = 600_000;

/** Most keys that are remembered; beyond that, the oldest one is forgotten early. */
export const MAX_KEYS = 10_000;
