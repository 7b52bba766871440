/** How often a version on trial may start without becoming ready before the one before it comes back. */
export const TRIAL_STARTS = 2;

/** A version that was installed by an update; it lies in the folder of its name. */
export interface UpdatedVersion {
	/** As `clicktocall --version` says, such as `1.2.0`. */
	readonly version: string;
	/** Name of its folder. */
	readonly folder: string;
	/** Of the file that it came from, in hexadecimal digits. */
	readonly sha256: string;
	/** When it was installed, in milliseconds since 1970. */
	readonly at: number;
}

/**
 * Which version of the program runs: pure data, on the disk as JSON. A version that is undefined is the one that the
 * package, or `clicktocall install`, put there.
 */
export interface UpdateRecord {
	readonly current: UpdatedVersion | undefined;
	readonly previous: UpdatedVersion | undefined;
	/** How often the current version was started on trial; undefined: it has proved itself. */
	readonly trialStarts: number | undefined;
	/** What came back last, and why; for people. */
	readonly fellBack: { readonly from: string; readonly at: number } | undefined;
}

export const NO_UPDATE: UpdateRecord = {
	current: undefined,
	previous: undefined,
	trialStarts: undefined,
	fellBack: undefined,
};

/** The record after an update: the new version is on trial. One that has not proved itself is no way back. */
export function adopted(record: UpdateRecord, version: UpdatedVersion): UpdateRecord {
	const { current, previous, trialStarts } = record;
	const sameAgain = current?.folder === version.folder;
	return {
		current: version,
		previous: trialStarts !== undefined || sameAgain ? previous : current,
		trialStarts: 0,
		fellBack: undefined,
	};
}

/**
 * The record at a start of the program: a version on trial that was started often enough gives way to the one before.
 *
 * @param at milliseconds since 1970.
 */
export function started(record: UpdateRecord, at: number): UpdateRecord {
	const { current, trialStarts } = record;
	if (!current || trialStarts === undefined) return record;
	if (trialStarts < TRIAL_STARTS) return { ...record, trialStarts: trialStarts + 1 };
	return wentBack(record, at);
}

/** The record once the one before is to run again. @param at milliseconds since 1970. */
export function wentBack(record: UpdateRecord, at: number): UpdateRecord {
	return {
		current: record.previous,
		previous: undefined,
		trialStarts: undefined,
		fellBack: record.current && { from: record.current.version, at },
	};
}

/** The record once the current version is ready to serve. */
export function proved(record: UpdateRecord): UpdateRecord {
	return record.trialStarts === undefined ? record : { ...record, trialStarts: undefined };
}
