/** A row of the scenario table: which phones, which way, and the chain of results that must come of it. */
export interface Scenario {
	readonly name: string;
	/** Behaviour of the initiator and of the destination (src/simulator/behaviour.ts). */
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
	readonly chain: readonly string[];
	/** The call goes on after its final result, until the test ends it. */
	readonly connected?: boolean;
	/** Takes as long as a timer of RFC 3261 or RFC 6665: half a minute. */
	readonly slow?: boolean;
}

const RUNG = ["100", "180 Initiator", "200 Initiator"];
const JOINED = [...RUNG, "180 Destination", "200 Destination"];
/** User part for a destination that is called but is itself the phone that redirects. */
const REDIRECT = "redirect";

/** Every row of the scenario table but those whose phones listen nowhere. */
export const SCENARIOS: readonly Scenario[] = [
	{
		name: "anchored, all answer",
		initiator: "answer",
		destination: "answer",
		anchor: true,
		chain: JOINED,
		connected: true,
	},
	{ name: "REFER, all answer", initiator: "answer", destination: "answer", anchor: false, chain: JOINED },
	...[486, 603, 404].map((status) => ({
		name: `initiator ${status}`,
		initiator: `status${status}`,
		destination: "answer",
		anchor: true,
		chain: ["100", `${status} Initiator`],
	})),
	{
		name: "destination 486, anchored",
		initiator: "answer",
		destination: "busy",
		anchor: true,
		chain: [...RUNG, "486 Destination"],
	},
	{
		name: "destination 486, reported by NOTIFY",
		initiator: "answer",
		destination: "busy",
		anchor: false,
		chain: [...RUNG, "486 Destination"],
	},
	...[405, 501, 603].map((status) => ({
		name: `REFER refused ${status}`,
		initiator: `norefer${status}`,
		destination: "answer",
		anchor: false,
		chain: JOINED,
		connected: true,
	})),
	{
		name: "fallback, destination 486",
		initiator: "norefer",
		destination: "busy",
		anchor: false,
		chain: [...RUNG, "486 Destination"],
	},
	{
		name: "REFER accepted, never a NOTIFY",
		initiator: "accept-refer-silent",
		destination: "answer",
		anchor: false,
		chain: [...RUNG, "408 Destination"],
		slow: true,
	},
	{
		name: "phone BYEs right after accepting REFER, notifies on",
		initiator: "refer-bye",
		destination: "answer",
		anchor: false,
		chain: JOINED,
	},
	{
		name: "phone BYEs after accepting REFER, then silence",
		initiator: "refer-bye-silent",
		destination: "answer",
		anchor: false,
		chain: [...RUNG, "487 Destination"],
		slow: true,
	},
	...["refer-early", "refer-early503", "refer-early-refused500"].map((initiator) => ({
		name: `REFER too early for a PBX: ${initiator}`,
		initiator,
		destination: "answer",
		anchor: false,
		chain: JOINED,
	})),
	{
		name: "REFER that a PBX cannot carry out",
		initiator: "refer-never",
		destination: "answer",
		anchor: false,
		chain: JOINED,
		connected: true,
	},
	{
		name: "the reports on a REFER end with 100",
		initiator: "refer-unreported",
		destination: "answer",
		anchor: false,
		chain: [...RUNG, "202 Destination"],
	},
	{
		name: "initiator never answers a packet",
		initiator: "silent",
		destination: "answer",
		anchor: true,
		chain: ["100", "408 Initiator"],
		slow: true,
	},
	{
		name: "initiator hangs up while destination rings",
		initiator: "hangup-300ms",
		destination: "ring",
		anchor: true,
		chain: [...RUNG, "180 Destination", "487 Destination"],
	},
	{
		name: "initiator and destination 302",
		initiator: REDIRECT,
		destination: REDIRECT,
		anchor: true,
		chain: JOINED,
		connected: true,
	},
	{
		name: "both legs forked, two 200s",
		initiator: "fork",
		destination: "fork",
		anchor: true,
		chain: JOINED,
		connected: true,
	},
	{
		name: "destination answers without SDP",
		initiator: "answer",
		destination: "nosdp",
		anchor: true,
		chain: [...RUNG, "180 Destination", "488 Destination"],
	},
	{
		name: "491 to the re-INVITE of the initiator",
		initiator: "glare",
		destination: "answer",
		anchor: true,
		chain: JOINED,
		connected: true,
	},
	{
		name: "422 to an INVITE",
		initiator: "minse",
		destination: "minse",
		anchor: true,
		chain: JOINED,
		connected: true,
	},
	{
		name: "destination 503, one target",
		initiator: "answer",
		destination: "unavailable",
		anchor: true,
		chain: [...RUNG, "503 Destination"],
	},
];
