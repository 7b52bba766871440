import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { Baresip, type BaresipEvent } from "../support/baresip.ts";
import { ServerProcess } from "../support/server-process.ts";
import { TestNetwork } from "../support/test-network.ts";

/** Two real phones and the executable, each at its own address of one network. */
const SERVER = 3;

let network: TestNetwork;
let server: ServerProcess;
let alice: Baresip;
let bob: Baresip;

beforeAll(async () => {
	network = TestNetwork.create(3);
	server = await ServerProcess.start({
		inside: (...command) => network.inside(...command),
		settings: { IPAddress: network.address(SERVER) },
	});
});

afterAll(async () => {
	await server.stop();
	network.remove();
});

beforeEach(async () => {
	[alice, bob] = (await Promise.all([1, 2].map(startPhone))) as [Baresip, Baresip];
});

afterEach(async () => {
	await Promise.all([alice.stop(), bob.stop()]);
});

function startPhone(host: number): Promise<Baresip> {
	return Baresip.start({
		address: network.address(host),
		port: 5060,
		control: 4444,
		inside: (...command) => network.inside(...command),
		rtp: 10_000 + host * 1000,
	});
}

/** Places the call and picks both phones up. @returns what the command says in the end. */
async function connect(...options: string[]) {
	const call = server.run("call", alice.uri, bob.uri, ...options);
	await alice.event("CALL_INCOMING");
	alice.command("accept");
	await bob.event("CALL_INCOMING");
	bob.command("accept");
	return call;
}

/** The address that a phone hears audio from, once it does. */
async function hears(phone: Baresip): Promise<void> {
	await phone.event("CALL_RTPESTAB");
}

interface RtcpStats {
	readonly rtcp_stats: {
		readonly tx: { readonly sent: number };
		readonly rx: { readonly sent: number; readonly lost: number };
	};
}

/** RTP packets that a phone knows to have gone out and come in, from the latest report of the other phone. */
function packets(phone: Baresip): { sent: number; received: number } {
	const reports = phone.events.filter(({ type }) => type === "CALL_RTCP") as (BaresipEvent & RtcpStats)[];
	const { tx, rx } = reports.at(-1)?.rtcp_stats ?? { tx: { sent: 0 }, rx: { sent: 0 } };
	return { sent: tx.sent, received: rx.sent };
}

async function talk(): Promise<void> {
	await Promise.all([hears(alice), hears(bob)]);
	while ([alice, bob].some((phone) => packets(phone).sent === 0 || packets(phone).received === 0)) {
		await Bun.sleep(100);
	}
	console.log("RTP packets", { alice: packets(alice), bob: packets(bob) });
}

test.each([
	["anchored", "alice", ["--anchor"]],
	["anchored", "bob", ["--anchor"]],
	["REFER", "alice", []],
	["REFER", "bob", []],
] as const)(
	"an %s call: audio flows directly between the phones, and %s hanging up ends both",
	async (_way, who, options) => {
		const { exitCode, stdout } = await connect(...options);
		expect(stdout).toContain("200 Destination");
		expect(exitCode).toBe(0);
		await talk();
		(who === "alice" ? alice : bob).command("hangup");
		await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
	},
);

test("an anchored call: hold and resume by a phone reach the other one", async () => {
	await connect("--anchor");
	await talk();
	bob.clear();
	alice.command("hold");
	await bob.event("CALL_REMOTE_SDP");
	bob.clear();
	alice.command("resume");
	await bob.event("CALL_REMOTE_SDP");
	bob.command("hangup");
	await alice.event("CALL_CLOSED");
});

test.each(["alice", "bob"] as const)(
	"an anchored call outlives kill -9 of the server: held, resumed and hung up by %s",
	async (who) => {
		await connect("--anchor");
		await Promise.all([hears(alice), hears(bob)]);
		await server.kill();
		await server.restart();
		const [holder, other] = who === "alice" ? [alice, bob] : [bob, alice];
		for (const command of ["hold", "resume"]) {
			other.clear();
			holder.clear();
			holder.command(command);
			await Promise.all([other.event("CALL_REMOTE_SDP"), holder.event("CALL_REMOTE_SDP")]);
		}
		holder.command("hangup");
		await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
	},
);
