import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerProcess } from "../support/server-process.ts";
import type { ScenarioPart } from "../support/sipp.ts";
import {
	AGREES,
	ANSWERS,
	JOINED,
	OFFERS,
	outcome,
	playCall,
	RUNG,
	type SippCall,
} from "../support/sipp-call.ts";

/** SIPp plays both phones of calls in which more happens; its exit code is the judge. */

const HELD: ScenarioPart = ["reinvited", { direction: "sendonly", answer: "recvonly", version: 2 }];
const PATIENT: ScenarioPart = ["talks", { milliseconds: 300 }];
const LONGER: ScenarioPart = ["wants-longer-session", { interval: 3600 }];

interface Row extends SippCall {
	readonly title: string;
	readonly chain: readonly string[];
}

let server: ServerProcess;
let hasty: ServerProcess;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "sipp-"));
	[server, hasty] = await Promise.all([
		ServerProcess.start({ settings: { SessionExpires: 90 } }),
		ServerProcess.start({ settings: { InitiatorTimeout: 1, DestinationTimeout: 1 } }),
	]);
});

afterAll(async () => {
	await Promise.all([server.stop(), hasty.stop()]);
	rmSync(folder, { recursive: true, force: true });
});

describe.each([
	["UDP", "u1"],
	["TCP", "t1"],
] as const)("SIPp over %s", (_protocol, transport) => {
	async function play(at: ServerProcess, row: Row): Promise<void> {
		expect(await playCall(at, row, { folder, transport })).toEqual(outcome(row.chain));
	}

	describe("reliable provisional responses (RFC 3262)", () => {
		test.each<Row>([
			{
				title: "a destination that offers media while it rings gets the initiator's answer in the PRACK",
				initiator: [...ANSWERS, AGREES, "hangs-up"],
				destination: ["invited", ["offers-early", { rseq: 4711 }], "answers-without-media", "hung-up"],
				chain: [...RUNG, "180 Destination", "200 Destination"],
			},
			{
				title: "a destination that rings reliably without media gets its PRACK",
				initiator: [...ANSWERS, AGREES, "hung-up"],
				destination: [
					"invited",
					["rings-reliably", { rseq: 1 }],
					["rings-reliably", { rseq: 2 }],
					"offers",
					"acked-with-answer",
					"hangs-up",
				],
				chain: [...RUNG, "180 Destination", "200 Destination"],
			},
			{
				title: "an initiator that rings reliably gets its PRACK",
				initiator: [
					"invited-inactive",
					["rings-reliably", { rseq: 815 }],
					"answers-inactive",
					"acked",
					AGREES,
					"hung-up",
				],
				destination: [...OFFERS, "hangs-up"],
				chain: JOINED,
			},
		])("$title", (row) => play(server, row));
	});

	describe("UPDATE (RFC 3311)", () => {
		test.each<Row>([
			{
				title: "without media it is answered by us; the other phone hears nothing of it",
				initiator: [...ANSWERS, AGREES, "updates", "updates", "hangs-up"],
				destination: [...OFFERS, "hung-up"],
				chain: JOINED,
			},
			{
				title: "with media it reaches the other phone as a re-INVITE, and its answer comes back",
				initiator: [
					...ANSWERS,
					AGREES,
					["updates-media", { version: 3, direction: "sendonly", answer: "recvonly" }],
					"hangs-up",
				],
				destination: [...OFFERS, HELD, "hung-up"],
				chain: JOINED,
			},
			{
				title: "of the destination reaches the initiator as a re-INVITE",
				initiator: [
					...ANSWERS,
					AGREES,
					["reinvited", { direction: "sendonly", answer: "recvonly", version: 3 }],
					"hung-up",
				],
				destination: [
					...OFFERS,
					["updates-media", { version: 2, direction: "sendonly", answer: "recvonly" }],
					"hangs-up",
				],
				chain: JOINED,
			},
			{
				title: "may refresh the session",
				initiator: [...ANSWERS, AGREES, ["refreshes-by-update", { interval: 90 }], "hangs-up"],
				destination: [...OFFERS, "hung-up"],
				chain: JOINED,
			},
		])("$title", (row) => play(server, row));
	});

	describe("a session interval that is too small for the phone (422, RFC 4028)", () => {
		test.each<Row>([
			{
				title: "the initiator is called again with the one it takes",
				initiator: ["invited", LONGER, "rings", "answers-inactive", "acked", AGREES, "hung-up"],
				destination: [...OFFERS, "hangs-up"],
				chain: JOINED,
			},
			{
				title: "the destination is called again with the one it takes",
				initiator: [...ANSWERS, AGREES, "hung-up"],
				destination: ["invited", LONGER, "rings", "offers", "acked-with-answer", "hangs-up"],
				chain: JOINED,
			},
		])("$title", (row) => play(server, row));
	});

	describe("a phone that is not waited for any longer", () => {
		test.each<Row>([
			{
				title: "the initiator's 487 ends it",
				initiator: ["invited", "rings", "cancelled"],
				chain: ["100", "180 Initiator", "408 Initiator"],
			},
			{
				title: "the initiator's 200 that crosses our CANCEL gets its ACK and a BYE",
				initiator: ["invited", "rings", ["answers-cancelled", { direction: "inactive" }], "hung-up"],
				chain: ["100", "180 Initiator", "408 Initiator"],
			},
			{
				title: "the destination's 487 ends it, and the initiator is hung up",
				initiator: [...ANSWERS, "hung-up"],
				destination: ["invited", "rings", "cancelled"],
				chain: [...RUNG, "180 Destination", "408 Destination"],
			},
			{
				title: "the destination's 200 that crosses our CANCEL gets its ACK and a BYE",
				initiator: [...ANSWERS, "hung-up"],
				destination: ["invited", "rings", ["answers-cancelled", { direction: "sendrecv" }], "hung-up"],
				chain: [...RUNG, "180 Destination", "408 Destination"],
			},
			{
				title: "the destination's 200 that crosses our CANCEL because the initiator has hung up",
				initiator: [...ANSWERS, "hangs-up"],
				destination: ["invited", "rings", ["answers-cancelled", { direction: "sendrecv" }], "hung-up"],
				chain: [...RUNG, "180 Destination", "487 Destination"],
			},
		])("$title", (row) => play(hasty, row));
	});

	describe("two phones behind one address that both answer (RFC 3261 section 13.2.2.4)", () => {
		test.each<Row>([
			{
				title: "the initiator's first answer wins, the other one is hung up",
				initiator: [
					"invited-inactive",
					"rings",
					"answers-inactive",
					"acked",
					["forks", { direction: "inactive" }],
					AGREES,
					"hung-up",
				],
				// Both of the initiator's answers come before the destination's, as its script has an order.
				destination: ["invited", "rings", PATIENT, "offers", "acked-with-answer", "hangs-up"],
				chain: JOINED,
			},
			{
				title: "the destination's first answer wins, the other one is hung up",
				initiator: [...ANSWERS, AGREES, "hangs-up"],
				destination: [...OFFERS, ["forks", { direction: "sendrecv" }], "hung-up"],
				chain: JOINED,
			},
		])("$title", (row) => play(server, row));
	});
});
