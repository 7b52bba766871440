import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerProcess } from "../support/server-process.ts";
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

/** Phones that ask for a password. SIPp computes the responses itself and compares (verifyauth, MD5). */
const ACCOUNT = { user: "click2call", password: "s3cret word", realm: "pbx.test" };

/** An account whose password the phone does not take. */
const STRANGER = { user: "click2call", password: "outdated", realm: "other.test" };

const UNAUTHORIZED = { ...ACCOUNT, status: "401 Unauthorized", header: "WWW-Authenticate" };
const PROXY = { ...ACCOUNT, status: "407 Proxy Authentication Required", header: "Proxy-Authenticate" };

interface Row extends SippCall {
	readonly title: string;
	readonly chain: readonly string[];
}

const first = { nonce: "n1", stale: false };
const second = { nonce: "n2", stale: true };

const ROWS: readonly Row[] = [
	{
		title: "401 on the INVITE: re-INVITE and BYE have their credentials at once, the nonce is counted",
		initiator: [
			"invited",
			["challenges", { ...UNAUTHORIZED, ...first }],
			["invited-with-credentials", { ...UNAUTHORIZED, ...first, count: "00000001" }],
			"rings",
			"answers-inactive",
			"acked",
			["reinvited-with-credentials", { ...UNAUTHORIZED, ...first, count: "00000002", version: 2 }],
			["hung-up-with-credentials", { ...UNAUTHORIZED, ...first, count: "00000003" }],
		],
		destination: [...OFFERS, "hangs-up"],
		chain: JOINED,
	},
	{
		title: "407 on the INVITE of the destination",
		initiator: [...ANSWERS, AGREES, "hangs-up"],
		destination: [
			"invited",
			["challenges", { ...PROXY, ...first }],
			["invited-through-proxy", { ...PROXY, ...first, count: "00000001" }],
			"rings",
			"offers",
			"acked-with-answer",
			"hung-up",
		],
		chain: JOINED,
	},
	{
		title: "401 on the re-INVITE alone, then 401 for a stale nonce on the BYE",
		initiator: [
			...ANSWERS,
			["challenges-request", { ...UNAUTHORIZED, ...first, method: "INVITE" }],
			"acked",
			["reinvited-with-credentials", { ...UNAUTHORIZED, ...first, count: "00000001", version: 2 }],
			["challenges-request", { ...UNAUTHORIZED, ...second, method: "BYE" }],
			["hung-up-with-credentials", { ...UNAUTHORIZED, ...second, count: "00000001" }],
		],
		destination: [...OFFERS, "hangs-up"],
		chain: JOINED,
	},
	{
		title: "401 on the REFER",
		initiator: [
			...ANSWERS,
			["challenges-request", { ...UNAUTHORIZED, ...first, method: "REFER" }],
			["referred-with-credentials", { ...UNAUTHORIZED, ...first, count: "00000001" }],
			["reports", { status: "100 Trying", state: "active;expires=60" }],
			["reports", { status: "200 OK", state: "terminated;reason=noresource" }],
			["hung-up-with-credentials", { ...UNAUTHORIZED, ...first, count: "00000002" }],
		],
		anchor: false,
		chain: [...RUNG, "200 Destination"],
	},
	{
		title: "a password that is not taken is tried once, and the code is the result",
		initiator: [
			"invited",
			["challenges", { ...UNAUTHORIZED, ...STRANGER, ...first }],
			"invited",
			["challenges", { ...UNAUTHORIZED, ...STRANGER, ...first, nonce: "n2" }],
		],
		chain: ["100", "401 Initiator"],
	},
];

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "sipp-"));
	server = await ServerProcess.start({
		lines: [ACCOUNT, STRANGER].flatMap(({ user, password, realm }) => [
			`SipAuthUser = ${user}`,
			`SipAuthPassword = ${password}`,
			`SipAuthRealm = ${realm}`,
		]),
	});
});

afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

test.each(ROWS)("$title", async (row) => {
	expect(await playCall(server, row, { folder })).toEqual(outcome(row.chain));
});
