import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerProcess } from "../support/server-process.ts";
import type { ScenarioPart } from "../support/sipp.ts";
import { AGREES, ANSWERS, JOINED, outcome, playCall } from "../support/sipp-call.ts";

/**
 * Session timers (RFC 4028) with SIPp as both phones. The shortest session interval that there is, 90 s,
 * is waited for, by all at the same time: a refresh is due after 45 s, and a phone is given up after 60 s.
 */
const INTERVAL = 90;

/** Longest time that SIPp waits, in seconds. */
const PATIENCE = 80;

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "sipp-"));
	server = await ServerProcess.start({ settings: { SessionExpires: INTERVAL } });
});

afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** The destination's part of a call whose session it, `uas`, or we, `uac`, keep up. */
function offers(refresher: "uac" | "uas"): ScenarioPart[] {
	return [
		"invited",
		"rings",
		["offers-with-session", { interval: INTERVAL, refresher }],
		"acked-with-answer",
	];
}

const ROWS: readonly (readonly [
	rule: string,
	initiator: readonly ScenarioPart[],
	destination: readonly ScenarioPart[],
])[] = [
	[
		"a phone that keeps the session up is answered, and the other phone hears of it",
		[...ANSWERS, AGREES, AGREES, "hung-up"],
		[...offers("uas"), ["refreshes", { interval: INTERVAL }], "hangs-up"],
	],
	[
		"we keep the session up when the phone leaves that to us",
		// The initiator knows no session timer: it is asked all the same.
		[...ANSWERS, AGREES, AGREES, "hung-up"],
		[...offers("uac"), ["refreshed", { interval: INTERVAL }], ["talks", { milliseconds: 3000 }], "hangs-up"],
	],
	[
		"a phone that should keep the session up and does not is given up, and the other one is hung up",
		[...ANSWERS, AGREES, AGREES, "hung-up"],
		[...offers("uas"), "hung-up"],
	],
];

describe.concurrent("session timers", () => {
	test.each(ROWS)("%s", async (_rule, initiator, destination) => {
		const played = await playCall(server, { initiator, destination }, { folder, timeout: PATIENCE });
		expect(played).toEqual(outcome(JOINED));
	});
});
