import { freePorts } from "./free-port.ts";
import type { ServerProcess } from "./server-process.ts";
import { type ScenarioPart, type SippOptions, startSipp } from "./sipp.ts";

/** Results of a call whose initiator has picked up. */
export const RUNG = ["100", "180 Initiator", "200 Initiator"] as const;

/** Results of a call whose destination has rung and picked up, too. */
export const JOINED = [...RUNG, "180 Destination", "200 Destination"] as const;

/** An initiator that picks up. */
export const ANSWERS: readonly ScenarioPart[] = ["invited-inactive", "rings", "answers-inactive", "acked"];

/** What follows in an anchored call: it is offered the destination's media. */
export const AGREES: ScenarioPart = ["reinvited", { direction: "sendrecv", answer: "sendrecv", version: 2 }];

/** A destination that picks up. */
export const OFFERS: readonly ScenarioPart[] = ["invited", "rings", "offers", "acked-with-answer"];

/** A call between two phones that SIPp plays. */
export interface SippCall {
	readonly initiator: readonly ScenarioPart[];
	/** Without it nothing listens at the destination's address. */
	readonly destination?: readonly ScenarioPart[];
	/** True by default. */
	readonly anchor?: boolean;
}

/** How such a call went. */
export interface SippOutcome {
	/** What the phones complain of; SIPp's exit code is the judge. */
	readonly complaints: readonly string[];
	/** The results, such as `["100", "180 Initiator"]`. */
	readonly chain: readonly string[];
	readonly exitCode: number;
}

/** Plays a call to its end. */
export async function playCall(
	server: ServerProcess,
	{ initiator, destination, anchor = true }: SippCall,
	options: SippOptions,
): Promise<SippOutcome> {
	const first = await startSipp(initiator, options);
	const second = destination && (await startSipp(destination, options));
	const [unused = 0] = await freePorts(1);
	const nobody = `sip:nobody@${options.address ?? "127.0.0.1"}:${unused}`;
	const way = anchor ? ["--anchor"] : [];
	const { stdout, exitCode } = await server.run("call", first.uri, second?.uri ?? nobody, ...way);
	const verdicts = await Promise.all([first.verdict, second?.verdict ?? ""]);
	return { complaints: verdicts.filter((verdict) => verdict !== ""), chain: chainOf(stdout), exitCode };
}

/** The outcome with these results, when no phone complains. */
export function outcome(chain: readonly string[]): SippOutcome {
	const [code = "", leg = ""] = chain.at(-1)?.split(" ") ?? [];
	return { complaints: [], chain: [...chain], exitCode: EXIT_CODES[code] ?? NOT_REACHED[leg] ?? 1 };
}

const EXIT_CODES: Readonly<Record<string, number>> = { 200: 0, 487: 5 };
const NOT_REACHED: Readonly<Record<string, number>> = { Initiator: 3, Destination: 4 };

/** The chain of results as `clicktocall call` shows it, such as `["100", "180 Initiator"]`. */
function chainOf(stdout: string): string[] {
	return [...stdout.matchAll(/^[ +!] (\d{3}) +(Initiator|Destination)?/gm)].map(([, code, leg]) =>
		leg ? `${code} ${leg}` : `${code}`,
	);
}
