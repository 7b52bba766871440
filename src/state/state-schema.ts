import type { DatabaseKind } from "../history/schema.ts";

/**
 * `call` holds the record of each call that something is left of, `ended` what became of calls for those who
 * ask later, and `secret` the key of our Call-IDs.
 */
const VERSION_1 = `
CREATE TABLE call (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ended (id TEXT PRIMARY KEY, at INTEGER NOT NULL, call TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX ended_at ON ended (at);
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
`;

/** The file of the calls in progress ("CtcS"). */
export const STATE_KIND: DatabaseKind = {
	setting: "StateFile",
	applicationId: 0x43746353,
	migrations: [VERSION_1],
};
