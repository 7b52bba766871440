import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { freePorts } from "../support/free-port.ts";
import { dialogsEnded } from "../support/logged-messages.ts";
import { ServerProcess } from "../support/server-process.ts";
import { Twinkle } from "../support/twinkle.ts";

/** Two real phones, Twinkle's console, and the executable, on one machine. */

let server: ServerProcess;
/** Where the test begins in the output of the server. */
let begins = 0;
const phones: Twinkle[] = [];

beforeAll(async () => {
	server = await ServerProcess.start();
});

afterAll(async () => {
	await server.stop();
});

beforeEach(() => {
	begins = server.output.length;
});

afterEach(async () => {
	await Promise.all(phones.splice(0).map((phone) => phone.stop()));
});

/** Places a call between two phones, picks both up, and lets them hear each other. */
async function connect(...options: string[]): Promise<[Twinkle, Twinkle]> {
	const address = "127.0.0.1";
	const ports = await freePorts(2);
	const [alice, bob] = (await Promise.all(
		ports.map((port, index) => Twinkle.start({ address, port, rtp: 24_000 + 100 * index })),
	)) as [Twinkle, Twinkle];
	phones.push(alice, bob);
	const call = server.run("call", alice.uri, bob.uri, ...options);
	await alice.answer();
	await bob.answer();
	const { exitCode, stdout } = await call;
	expect(stdout).toContain("200 Destination");
	expect(exitCode).toBe(0);
	await Promise.all([alice.hears(), bob.hears()]);
	return [alice, bob];
}

const ROWS = [
	["anchored", "initiator", ["--anchor"]],
	["anchored", "destination", ["--anchor"]],
	["REFER", "initiator", []],
	["REFER", "destination", []],
] as const;

test.each(ROWS)("%s: they hear each other, and the %s hanging up ends both", async (_way, who, options) => {
	const [alice, bob] = await connect(...options);
	(who === "initiator" ? alice : bob).command("bye");
	await Promise.all([alice.hungUp(), bob.hungUp()]);
	await dialogsEnded(server, begins);
});

test.each(["initiator", "destination"] as const)("anchored: the %s holds and resumes", async (role) => {
	const [alice, bob] = await connect("--anchor");
	const [holder, held] = role === "initiator" ? [alice, bob] : [bob, alice];
	for (const command of ["hold", "retrieve"]) {
		for (const phone of [holder, held]) phone.clear();
		holder.command(command);
		await holder.says(/re-INVITE successful/);
	}
	await Promise.all([holder.hears(), held.hears()]);
	holder.command("bye");
	await Promise.all([alice.hungUp(), bob.hungUp()]);
	await dialogsEnded(server, begins);
});
