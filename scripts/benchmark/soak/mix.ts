/** How a request for a call must end. */
export interface Expected {
	readonly code: number;
	readonly leg: string;
}

/** One kind of call in the mixture. */
export interface CallKind {
	readonly name: string;
	/** How many of a hundred calls are of this kind. */
	readonly share: number;
	/** User parts: they say how the simulated phones treat the call. */
	readonly initiator: string;
	readonly destination: string;
	readonly anchored: boolean;
	readonly transport: "UDP" | "TCP";
	/** Milliseconds after which the call is hung up by its id; undefined: never. */
	readonly hangUpAfter?: number;
	/** The final result; undefined: any, for a call that is hung up before it is connected. */
	readonly expected?: Expected;
}

const CONNECTED: Expected = { code: 200, leg: "Destination" };

/** Seconds that the phones of these calls may ring. */
export const RING_SECONDS = { InitiatorTimeout: 15, DestinationTimeout: 20 };

/** Milliseconds after which a call must have its final result, whatever happens to it. */
export const LATEST_RESULT_MS = 60_000;

/** What a server meets in the field; the shares make a hundred. */
export const MIX: readonly CallKind[] = [
	kind("REFER", 30, "answer", "hangup-1000ms", { expected: CONNECTED }),
	kind("REFER over TCP", 10, "answer", "hangup-1000ms", { transport: "TCP", expected: CONNECTED }),
	kind("anchored", 28, "answer", "hangup-2000ms", { anchored: true, expected: CONNECTED }),
	kind("anchored over TCP", 10, "answer", "late-300ms+hangup-2000ms", {
		anchored: true,
		transport: "TCP",
		expected: CONNECTED,
	}),
	kind("initiator busy", 4, "busy", "answer", { expected: { code: 486, leg: "Initiator" } }),
	kind("destination busy", 4, "answer", "busy", {
		anchored: true,
		expected: { code: 486, leg: "Destination" },
	}),
	kind("REFER to a busy phone", 2, "answer", "busy", { expected: { code: 486, leg: "Destination" } }),
	kind("initiator does not answer", 2, "ring", "answer", { expected: { code: 408, leg: "Initiator" } }),
	kind("destination does not answer", 2, "answer", "ring", {
		anchored: true,
		expected: { code: 408, leg: "Destination" },
	}),
	kind("initiator is switched off", 1, "silent", "answer", { expected: { code: 408, leg: "Initiator" } }),
	kind("hung up while it rings", 3, "ring", "answer", { hangUpAfter: 1000 }),
	kind("hung up when connected", 4, "answer", "answer", {
		anchored: true,
		hangUpAfter: 3000,
		expected: CONNECTED,
	}),
];

function kind(
	name: string,
	share: number,
	initiator: string,
	destination: string,
	more: Partial<CallKind>,
): CallKind {
	return { name, share, initiator, destination, anchored: false, transport: "UDP", ...more };
}

/** The kind of the call with this number: in each hundred calls every kind has its share, well mixed. */
export function kindOf(index: number): CallKind {
	// 37 and 100 have no common divisor, so a hundred calls in a row meet each place once.
	let place = (index * 37) % 100;
	for (const kind of MIX) {
		if (place < kind.share) return kind;
		place -= kind.share;
	}
	throw new RangeError("the shares do not add up to a hundred");
}
