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

/** SIPp plays both phones; its exit code, 0 when its scenario was followed to the end, is the judge. */

const BUSY: readonly ScenarioPart[] = ["invited", ["refuses", { status: "486 Busy Here" }]];

interface Row extends SippCall {
	readonly title: string;
	readonly chain: readonly string[];
}

const ROWS: readonly Row[] = [
	{
		title: "anchored, the destination hangs up",
		initiator: [...ANSWERS, AGREES, "hung-up"],
		destination: [...OFFERS, "hangs-up"],
		anchor: true,
		chain: JOINED,
	},
	{
		title: "anchored, the initiator hangs up",
		initiator: [...ANSWERS, AGREES, "hangs-up"],
		destination: [...OFFERS, "hung-up"],
		anchor: true,
		chain: JOINED,
	},
	{
		title: "the initiator is referred and reports success",
		initiator: [
			...ANSWERS,
			"referred",
			["reports", { status: "100 Trying", state: "active;expires=60" }],
			["reports", { status: "180 Ringing", state: "active;expires=60" }],
			["reports", { status: "200 OK", state: "terminated;reason=noresource" }],
			"hung-up",
		],
		anchor: false,
		chain: JOINED,
	},
	{
		title: "the initiator refuses the REFER and is anchored",
		initiator: [...ANSWERS, "refuses-refer", AGREES, "hung-up"],
		destination: [...OFFERS, "hangs-up"],
		anchor: false,
		chain: JOINED,
	},
	{ title: "the initiator is busy", initiator: BUSY, anchor: true, chain: ["100", "486 Initiator"] },
	{
		title: "the destination is busy",
		initiator: [...ANSWERS, "hung-up"],
		destination: BUSY,
		anchor: true,
		chain: [...RUNG, "486 Destination"],
	},
];

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
	server = await ServerProcess.start();
	folder = mkdtempSync(join(tmpdir(), "sipp-"));
});

afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

describe.each([
	["UDP", "IPv4", "u1", "127.0.0.1"],
	["TCP", "IPv4", "t1", "127.0.0.1"],
	["UDP", "IPv6", "u1", "[::1]"],
] as const)("SIPp as both phones over %s and %s", (_protocol, _family, transport, address) => {
	test.each(ROWS)("$title", async (row) => {
		expect(await playCall(server, row, { folder, transport, address })).toEqual(outcome(row.chain));
	});
});
