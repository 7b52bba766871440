import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";
import { chainOf, type ScenarioPart, startSipp } from "../support/sipp.ts";

/** SIPp plays both phones; its exit code, 0 when its scenario was followed to the end, is the judge. */

const RUNG = ["100", "180 Initiator", "200 Initiator"];
const JOINED = [...RUNG, "180 Destination", "200 Destination"];

const ANSWERS: readonly ScenarioPart[] = ["invited-inactive", "rings", "answers-inactive", "acked"];
const AGREES: ScenarioPart = ["reinvited", { direction: "sendrecv", answer: "sendrecv", version: 2 }];
const OFFERS: readonly ScenarioPart[] = ["invited", "rings", "offers", "acked-with-answer"];
const BUSY: readonly ScenarioPart[] = ["invited", ["refuses", { status: "486 Busy Here" }]];

interface Row {
	readonly title: string;
	readonly initiator: readonly ScenarioPart[];
	readonly destination?: readonly ScenarioPart[];
	readonly anchor: boolean;
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
	test.each(ROWS)("$title", async ({ initiator, destination, anchor, chain }) => {
		const first = await startSipp(initiator, { folder, transport, address });
		const second = destination && (await startSipp(destination, { folder, transport, address }));
		const [unused = 0] = await freePorts(1);
		const call = await server.run(
			"call",
			first.uri,
			second?.uri ?? `sip:nobody@${address}:${unused}`,
			...(anchor ? ["--anchor"] : []),
		);
		expect(chainOf(call.stdout)).toEqual([...chain]);
		expect(call.exitCode).toBe(chain.at(-1) === "200 Destination" ? 0 : 1);
		expect(await first.verdict).toBe("");
		expect(await second?.verdict).toBe(second && "");
	});
});
