import type { PhoneCall, RecordedMessage } from "../../../src/simulator/phone-call.ts";
import { type CrashScene, connectedLegs } from "./crash-scene.ts";
import type { CallView, CrashCall, Link, PlacedCrashCall } from "./phones.ts";

/** The legs of a connected call. */
type Legs = Record<"initiator" | "destination", PhoneCall>;

/** A state of a call in which the server is killed. */
export interface Stage {
	readonly name: string;
	readonly call: Omit<CrashCall, "link">;
	/** Done once the call is connected. */
	readonly act?: (legs: Legs) => void;
	/** Whether it has come that far, by what its phones and its client see. */
	readonly isReached: (view: CallView, chain: readonly string[]) => boolean;
	/** Done after the restart. @returns what is wrong. */
	readonly after?: (legs: Legs) => Promise<string | undefined>;
	/** The final results that it may have in the end. */
	readonly finals: readonly string[];
	/** It does not last, so that it is begun when all others have been reached. */
	readonly isShort?: boolean;
}

/** Longer than any test: what takes this long is cancelled. */
const LONG = "60000ms";
/** So long that it ends after the restart. */
const AFTER = "3000ms";
/** The phone that is to take a phone's place rings. */
const THIRD = `late-${LONG}`;

const CONNECTED = "200 Destination";

const anchored = (initiator: string, destination: string) => ({ initiator, destination, anchor: true });
const referred = (initiator: string, destination: string) => ({ initiator, destination, anchor: false });
const some = (legs: readonly PhoneCall[], state: PhoneCall["state"]): boolean =>
	legs.some((leg) => leg.state === state);
const isConnected: Stage["isReached"] = (view, chain) =>
	connectedLegs(view) !== undefined && chain.includes(CONNECTED);
/** How many messages of a phone begin with this. */
const count = ({ messages }: PhoneCall, direction: "in" | "out", start: string): number =>
	messages.filter((message) => message.direction === direction && message.text.startsWith(start)).length;

/** What the other phone sends, as the phone was last told. */
const hears = ({ remoteSdp }: PhoneCall, direction: string): boolean =>
	remoteSdp?.media[0]?.direction === direction;

/** The status in the NOTIFY that ends the reports on a transfer, once it has come. */
function lastReport({ messages }: PhoneCall): string | undefined {
	const ends = ({ direction, text }: RecordedMessage): boolean =>
		direction === "in" && text.startsWith("NOTIFY") && /^Subscription-State: terminated/im.test(text);
	return /^SIP\/2\.0 \d+/m.exec(messages.find(ends)?.text ?? "")?.[0];
}

/** Puts the third phone of a call into the place of the initiator's phone. */
function transfer({ initiator, destination }: Legs): void {
	const [, host = ""] = /^Contact: <sip:[^@]+@([^>]+)>/m.exec(sentBy(destination)) ?? [];
	const number = /\+c\d+$/.exec(destination.user)?.[0] ?? "";
	void initiator.transfer(`sip:${THIRD}${number}@${host}`);
}

function sentBy({ messages }: PhoneCall): string {
	return (
		messages.find(({ direction, text }) => direction === "out" && text.startsWith("SIP/2.0 200"))?.text ?? ""
	);
}

/** Every state of a call, in the order in which a call goes through them. */
export const CALL_STAGES: readonly Stage[] = [
	{
		name: "the initiator is called",
		call: anchored(`noring-${LONG}`, "answer"),
		isReached: ({ initiator }) => initiator.some((leg) => count(leg, "out", "SIP/2.0 100") > 0),
		finals: ["487 Initiator"],
	},
	{
		name: "the initiator rings",
		call: referred(`late-${LONG}`, "answer"),
		isReached: ({ initiator }) => some(initiator, "ringing"),
		finals: ["487 Initiator"],
	},
	{
		name: "the initiator has answered, the destination is called",
		call: anchored("answer", `noring-${LONG}`),
		isReached: ({ destination }) => destination.some((leg) => count(leg, "out", "SIP/2.0 100") > 0),
		finals: ["487 Destination"],
	},
	{
		name: "the destination rings",
		call: anchored("answer", `late-${LONG}`),
		isReached: ({ destination }) => some(destination, "ringing"),
		finals: ["487 Destination"],
	},
	{
		name: "the destination sends early media",
		call: anchored("answer", `early-${LONG}`),
		isReached: ({ destination }) => some(destination, "ringing"),
		finals: ["487 Destination"],
	},
	{
		name: "the destination has answered, the initiator is yet to be told",
		call: anchored("glare", "answer"),
		isReached: ({ initiator }) => initiator.some((leg) => count(leg, "out", "SIP/2.0 491") > 0),
		// It is told two seconds later.
		finals: ["487 Destination", CONNECTED],
		isShort: true,
	},
	{ name: "connected", call: anchored("answer", "answer"), isReached: isConnected, finals: [CONNECTED] },
	{
		name: "held",
		call: anchored("answer", "answer"),
		act: ({ destination }) => void destination.hold(),
		isReached: ({ initiator }) => initiator.some((leg) => hears(leg, "sendonly")),
		finals: [CONNECTED],
	},
	{
		name: "transferred",
		call: anchored("answer", "answer"),
		act: transfer,
		isReached: ({ destination }) => destination.length === 2 && some(destination, "ringing"),
		after: async ({ initiator }) => {
			await eventually(() => lastReport(initiator) !== undefined);
			const report = lastReport(initiator);
			return report === "SIP/2.0 503" ? undefined : `the phone that asks is told ${report}`;
		},
		finals: [CONNECTED],
	},
	...["answer", "refer-bye"].map((initiator) => ({
		name: `REFER sent, ${initiator}`,
		call: referred(initiator, `late-${AFTER}`),
		isReached: ({ destination }: CallView) => destination.length > 0,
		// The last report of a phone on TCP may find nobody there.
		finals: [CONNECTED, "202 Destination"],
	})),
	{
		name: "REFER sent, the destination will be busy",
		call: referred("answer", `noanswer486-${AFTER}`),
		isReached: ({ destination }) => destination.length > 0,
		finals: ["486 Destination", "202 Destination"],
	},
	{
		name: "after the result of a REFER",
		call: referred("answer", "answer"),
		isReached: (_view, chain) => chain.includes(CONNECTED),
		finals: [CONNECTED],
	},
	{
		name: "after a final result",
		call: anchored("answer", "busy"),
		isReached: (_view, chain) => chain.includes("486 Destination"),
		finals: ["486 Destination"],
	},
	...(["initiator", "destination"] as const).map((side) => ({
		name: `the BYE of the ${side} is on its way`,
		call: anchored("answer", "answer"),
		act: (legs: Legs) => legs[side].hangup(),
		isReached: (view: CallView) => view[side].some((leg) => count(leg, "out", "BYE") > 0),
		finals: [CONNECTED],
		isShort: true,
	})),
];

const STEP_MS = 20;
const PATIENCE_MS = 30_000;

/** A call that is at its stage when the server is killed. */
export interface StagedCall {
	readonly stage: Stage;
	readonly made: PlacedCrashCall;
}

/** Brings a call over each of these links to each stage. @throws {Error} when one does not get there. */
export async function reachStages(scene: CrashScene, links: readonly Link[]): Promise<StagedCall[]> {
	const begin = (stages: readonly Stage[]): StagedCall[] =>
		stages.flatMap((stage) => links.map((link) => ({ stage, made: scene.place({ ...stage.call, link }) })));
	const long = begin(CALL_STAGES.filter(({ isShort }) => !isShort));
	// Who hangs up later is connected by then.
	const later = begin(CALL_STAGES.filter(({ isShort, act }) => isShort && act));
	await act(scene, long);
	const connected: Stage["isReached"] = isConnected;
	await until(scene, later, () => connected);
	await until(scene, long, ({ isReached }) => isReached);
	const passing = begin(CALL_STAGES.filter(({ isShort, act }) => isShort && !act));
	await until(scene, passing, ({ isReached }) => isReached);
	await act(scene, later);
	return [...long, ...later, ...passing];
}

async function act(scene: CrashScene, calls: readonly StagedCall[]): Promise<void> {
	const active = calls.filter(({ stage }) => stage.act);
	await until(scene, active, () => isConnected);
	const views = scene.phones.views();
	for (const { stage, made } of active) {
		const view = views.get(made.number);
		const legs = view && connectedLegs(view);
		if (legs) stage.act?.(legs);
	}
}

async function until(
	scene: CrashScene,
	calls: readonly StagedCall[],
	conditionOf: (stage: Stage) => Stage["isReached"],
): Promise<void> {
	const nobody: CallView = { initiator: [], destination: [] };
	for (const limit = performance.now() + PATIENCE_MS; ; ) {
		const views = scene.phones.views();
		const missing = calls.filter(
			({ stage, made }) => !conditionOf(stage)(views.get(made.number) ?? nobody, made.placed.chain),
		);
		if (missing.length === 0) return;
		if (performance.now() > limit)
			throw new Error(
				`not reached: ${missing.map(({ stage, made }) => `${stage.name} (${made.link})`).join("; ")}`,
			);
		await Bun.sleep(STEP_MS);
	}
}

/** Does what is to be done after the restart. @returns what is wrong. */
export async function checkAfter(scene: CrashScene, calls: readonly StagedCall[]): Promise<string[]> {
	const wrong = await Promise.all(
		calls.map(async ({ stage, made }) => {
			if (!stage.after) return [];
			const legs = (): Legs | undefined => {
				const view = scene.phones.views().get(made.number);
				return view && connectedLegs(view);
			};
			// A phone that is being asked whether it is there waits for an ACK.
			await eventually(() => legs() !== undefined);
			const both = legs();
			const fault = both ? await stage.after(both) : "is not connected any more";
			return fault === undefined ? [] : [`${stage.name} (${made.link}): ${fault}`];
		}),
	);
	return wrong.flat();
}

async function eventually(condition: () => boolean): Promise<void> {
	for (const limit = performance.now() + PATIENCE_MS; !condition() && performance.now() < limit; )
		await Bun.sleep(STEP_MS);
}
