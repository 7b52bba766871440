import { afterAll, beforeAll, expect, test } from "bun:test";
import { Baresip } from "../support/baresip.ts";
import { ServerProcess } from "../support/server-process.ts";
import { TestNetwork } from "../support/test-network.ts";

/** The server's place in the network; the two phones have the first ones. */
const SERVER = 3;

let network: TestNetwork;
let server: ServerProcess;
let phones: readonly Baresip[];

beforeAll(async () => {
	network = TestNetwork.create(3);
	const inside = (...command: string[]) => network.inside(...command);
	server = await ServerProcess.start({
		inside,
		settings: { IPAddress: network.address(SERVER), Ringback: "de", FailureTone: 1 },
	});
	const start = (host: number): Promise<Baresip> =>
		Baresip.start({
			address: network.address(host),
			port: 5060,
			control: 4444,
			inside,
			rtp: 10_000 + host * 1000,
		});
	phones = await Promise.all([start(1), start(2)]);
});

afterAll(async () => {
	await Promise.all(phones.map((phone) => phone.stop()));
	await server.stop();
	network.remove();
});

test.each([
	["answers", "accept", 0],
	["is busy", "hangup", 4],
])(
	"baresip hears us while the destination rings, and the call goes on when that %s",
	async (_what, command, exitCode) => {
		const [alice, bob] = phones as [Baresip, Baresip];
		for (const phone of phones) phone.clear();
		const call = server.run("call", alice.uri, bob.uri, "--anchor");
		await alice.event("CALL_INCOMING");
		alice.command("accept");
		await bob.event("CALL_INCOMING");
		// The first RTP packet has come, and nobody but the server can have sent it.
		await alice.event("CALL_RTPESTAB");
		expect(bob.events.some(({ type }) => type === "CALL_ESTABLISHED")).toBe(false);
		alice.clear();
		bob.command(command);
		expect((await call).exitCode).toBe(exitCode);
		if (exitCode === 0) {
			await bob.event("CALL_RTPESTAB");
			bob.command("hangup");
		}
		await alice.event("CALL_CLOSED");
	},
);
