/** How the server stands at the end of an idle time. */
export interface Sample {
	/** Since the start of the soak, in minutes. */
	readonly minute: number;
	readonly residentMb: number;
	readonly heapMb: number;
	/** Open files and sockets. */
	readonly descriptors: number;
	/** Timers of the runtime. */
	readonly timers: number;
	/** What should be over: calls, dialogs, transactions. */
	readonly calls: number;
	readonly legs: number;
	readonly transactions: number;
	/** Octets of log for each call since the sample before. */
	readonly logPerCall: number;
	readonly registered: boolean;
	/** Clients of the XML socket. */
	readonly clients: number;
}

/** What may be more at the end than after the first load. */
const ROOM = { residentMb: 20, descriptors: 6, timers: 6 };

/** By which factor lines may grow in size, for longer numbers. */
const LOG_FACTOR = 1.25;

/**
 * What has grown, or is not as it must be.
 *
 * @param samples of which the first comes after the first load, and each has seen the same since the one before.
 */
export function growth(samples: readonly Sample[]): string[] {
	const first = samples[0];
	const last = samples.at(-1);
	if (!first || !last || samples.length < 2) return ["too few samples to see whether anything grows"];
	const problems: string[] = [];
	for (const [what, room] of Object.entries(ROOM) as [keyof typeof ROOM, number][]) {
		// One high value is not growth: the lower of the last two counts.
		const end = Math.min(
			last[what],
			samples.length > 2 ? (samples.at(-2)?.[what] ?? last[what]) : last[what],
		);
		if (!Number.isFinite(first[what] + end)) problems.push(`${what} could not be read`);
		else if (end > first[what] + room)
			problems.push(
				`${what} grew from ${round(first[what])} to ${round(end)}, at most ${room} more is allowed`,
			);
	}
	if (last.logPerCall > first.logPerCall * LOG_FACTOR)
		problems.push(`log a call grew from ${round(first.logPerCall)} to ${round(last.logPerCall)} octets`);
	for (const { minute, calls, legs, registered, clients } of samples) {
		if (calls + legs > 0)
			problems.push(`minute ${round(minute)}: ${calls} calls and ${legs} legs in an idle time`);
		if (!registered) problems.push(`minute ${round(minute)}: not registered`);
		if (clients !== 1)
			problems.push(`minute ${round(minute)}: ${clients} clients of the XML socket instead of 1`);
	}
	if (last.transactions > 0) problems.push(`${last.transactions} transactions are left`);
	return problems;
}

function round(figure: number): number {
	return Number(figure.toFixed(1));
}
