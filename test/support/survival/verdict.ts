import type { PhoneCall } from "../../../src/simulator/phone-call.ts";
import type { PlacedCall } from "../xml-client.ts";
import type { CallView, PlacedCrashCall } from "./phones.ts";

/** How calls are asked for after a restart. */
export interface Inquiry {
	/** The answer to `<Status><Id>`. */
	status(id: string): Promise<string>;
	/** A page of the interface for programs. */
	get(path: string): Promise<Response>;
}

/** What became of all calls; every problem is one line. */
export interface Verdict {
	readonly calls: number;
	readonly answered: number;
	/** Legs that still ring or are still connected. */
	readonly left: readonly string[];
	/** Legs that the server never acknowledged, so that the phone gave up itself after 32 s. */
	readonly abandoned: readonly string[];
	/** Calls whose id the client knows, without exactly one final result. */
	readonly unresolved: readonly string[];
	/** Calls whose id never reached the client. */
	readonly unnamed: number;
}

/** How many legs are not over. */
export function pendingLegs(views: ReadonlyMap<number, CallView>): number {
	let pending = 0;
	for (const leg of legsOf(views)) if (isPending(leg)) pending++;
	return pending;
}

function* legsOf(views: ReadonlyMap<number, CallView>): Iterable<PhoneCall> {
	for (const { initiator, destination } of views.values()) {
		yield* initiator;
		yield* destination;
	}
}

/** A phone that has not rung yet has told nobody of the call. */
function isPending({ state, openDialogs }: PhoneCall): boolean {
	return state === "ringing" || state === "answered" || (state !== "new" && openDialogs > 0);
}

/** Asks what became of every call. */
export async function judge(
	calls: readonly PlacedCrashCall[],
	views: ReadonlyMap<number, CallView>,
	inquiry: Inquiry,
): Promise<Verdict> {
	const left: string[] = [];
	const abandoned: string[] = [];
	let answered = 0;
	for (const [number, view] of views) {
		const call = calls[number];
		for (const side of ["initiator", "destination"] as const) {
			for (const leg of view[side]) {
				const name = `call ${number} ${idOf(call?.placed) ?? ""} (${call?.initiator} > ${call?.destination}, ${call?.anchor ? "anchored" : "REFER"}, ${call?.link}, told ${call?.placed.chain.join(", ")}): ${side}, ${leg.direction}`;
				if (leg.status === 200) answered++;
				if (isPending(leg)) left.push(`${name} is still ${leg.state}`);
				else if (leg.status === 200 && leg.faults.some((fault) => fault.startsWith("no ACK came")))
					abandoned.push(name);
			}
		}
	}
	const unresolved: string[] = [];
	let unnamed = 0;
	for (const call of calls) {
		const id = idOf(call.placed);
		if (id === undefined) unnamed++;
		else {
			const problem = await outcomeProblem(call, id, inquiry);
			if (problem)
				unresolved.push(`call ${call.number} ${id} told ${call.placed.chain.join(", ")}: ${problem}`);
		}
	}
	return { calls: calls.length, answered, left, abandoned, unresolved, unnamed };
}

/** The id of a call, if the client was told. */
export function idOf(placed: PlacedCall | undefined): string | undefined {
	return placed?.results.map(({ raw }) => /<Id>([^<]+)<\/Id>/.exec(raw)?.[1]).find(Boolean);
}

/** Undefined if the call has one final result, the same wherever it is asked for. */
async function outcomeProblem(
	{ placed }: PlacedCrashCall,
	id: string,
	{ status, get }: Inquiry,
): Promise<string | undefined> {
	const answer = await status(id);
	const finals = [...answer.matchAll(/<FinalResult Code="(\d+)"(?: Leg="(\w+)")?/g)].map(
		([, code, leg]) => `${code} ${leg}`,
	);
	if (finals.length !== 1) return `<Status> tells ${finals.length} final results: ${shortened(answer)}`;
	const told = placed.results.filter(
		({ code, leg }) => code >= 300 || (code >= 200 && leg === "Destination"),
	);
	if (told.length > 1) return "more than one final result was told";
	const [before] = told;
	if (before && `${before.code} ${before.leg}` !== finals[0])
		return `<Status> tells ${finals[0]} after the client was told ${before.code} ${before.leg}`;
	const past = await get(`/history/${id}`);
	const text = await past.text();
	if (!past.ok) return `the history answers ${past.status}`;
	const code = /"result":\{"code":(\d+)/.exec(text)?.[1];
	return finals[0]?.startsWith(`${code} `) ? undefined : `the history has ${shortened(text)}`;
}

function shortened(text: string): string {
	return text.replaceAll(/\s+/g, " ").slice(0, 300);
}
