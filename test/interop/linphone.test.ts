import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { Baresip } from "../support/baresip.ts";
import { Linphone } from "../support/linphone.ts";
import { dialogsEnded } from "../support/logged-messages.ts";
import { ServerProcess } from "../support/server-process.ts";
import { TestNetwork } from "../support/test-network.ts";

/** Two or three real phones, linphonec or baresip, and the executable, each at its own address of one network. */
const SERVER = 4;

type Make = "linphonec" | "baresip";
type Phone = Linphone | Baresip;

let network: TestNetwork;
let server: ServerProcess;
/** Where the test begins in the output of the server. */
let begins = 0;
const phones: Phone[] = [];

beforeAll(async () => {
	network = TestNetwork.create(4);
	server = await ServerProcess.start({
		inside: (...command) => network.inside(...command),
		settings: { IPAddress: network.address(SERVER) },
	});
});

afterAll(async () => {
	await server.stop().finally(() => network.remove());
});

beforeEach(() => {
	begins = server.output.length;
});

afterEach(async () => {
	await Promise.all(phones.splice(0).map((phone) => phone.stop()));
});

async function start(make: Make, host: number, secure = false): Promise<Phone> {
	const place = {
		address: network.address(host),
		port: 5060,
		rtp: 10_000 + host * 1000,
		inside: (...command: string[]) => network.inside(...command),
	};
	const phone =
		make === "linphonec" ? Linphone.start({ ...place, secure }) : Baresip.start({ ...place, control: 4444 });
	phones.push(await phone);
	return phone;
}

async function answer(phone: Phone): Promise<void> {
	if (phone instanceof Linphone) return phone.answer();
	await phone.event("CALL_INCOMING");
	phone.command("accept");
}

/** Sound has come in: linphonec writes down what it hears, baresip tells of the first packet. */
async function hears(phone: Phone): Promise<void> {
	if (phone instanceof Linphone) await phone.hears();
	else await phone.event("CALL_RTPESTAB");
}

async function hungUp(phone: Phone): Promise<void> {
	if (phone instanceof Linphone) await phone.hungUp();
	else await phone.event("CALL_CLOSED");
}

/** Places the call, picks both phones up, and lets them hear each other. */
async function connect(alice: Phone, bob: Phone, ...options: string[]): Promise<void> {
	return connectAt(alice, alice.uri, bob, bob.uri, ...options);
}

async function connectAt(
	alice: Phone,
	first: string,
	bob: Phone,
	second: string,
	...options: string[]
): Promise<void> {
	const call = server.run("call", first, second, ...options);
	await answer(alice);
	await answer(bob);
	const { exitCode, stdout } = await call;
	expect(stdout).toContain("200 Destination");
	expect(exitCode).toBe(0);
	await Promise.all([hears(alice), hears(bob)]);
}

const PAIRS = [
	["linphonec", "linphonec"],
	["linphonec", "baresip"],
	["baresip", "linphonec"],
] as const;
const WAYS = [
	["anchored", ["--anchor"]],
	["REFER", []],
] as const;
const ROWS = PAIRS.flatMap(([first, second]) =>
	WAYS.flatMap(([way, options]) =>
		(["initiator", "destination"] as const).map((who) => [first, second, way, who, options] as const),
	),
);

test.each(ROWS)(
	"%s and %s, %s: they hear each other, and the %s hanging up ends both",
	async (first, second, _way, who, options) => {
		const [alice, bob] = await Promise.all([start(first, 1), start(second, 2)]);
		await connect(alice, bob, ...options);
		const leaves = who === "initiator" ? alice : bob;
		leaves.command(leaves instanceof Linphone ? "terminate" : "hangup");
		await Promise.all([hungUp(alice), hungUp(bob)]);
		await dialogsEnded(server, begins);
	},
);

test.each(WAYS)(
	"linphonec and linphonec over TCP, %s: they hear each other, both end",
	async (_way, options) => {
		const [alice, bob] = await Promise.all([start("linphonec", 1), start("linphonec", 2)]);
		await connectAt(alice, `${alice.uri};transport=tcp`, bob, `${bob.uri};transport=tcp`, ...options);
		alice.command("terminate");
		await Promise.all([hungUp(alice), hungUp(bob)]);
		await dialogsEnded(server, begins);
		expect(server.output).toMatch(/TCP received from [0-9.]+:5060\n +SIP\/2.0 200/);
	},
);

test.each(WAYS)("linphonec and linphonec with SRTP only, %s: they hear each other", async (_way, options) => {
	const [alice, bob] = await Promise.all([start("linphonec", 1, true), start("linphonec", 2, true)]);
	await connect(alice, bob, ...options);
	expect(server.output).toMatch(/SIP\/2\.0 488 /);
	alice.command("terminate");
	await Promise.all([hungUp(alice), hungUp(bob)]);
	await dialogsEnded(server, begins);
});

test.each([
	["linphonec", "initiator"],
	["linphonec", "destination"],
	["baresip", "initiator"],
	["baresip", "destination"],
] as const)("linphonec and %s, anchored: linphonec as %s holds and resumes", async (other, role) => {
	const [holder, held] = (await Promise.all([start("linphonec", 1), start(other, 2)])) as [Linphone, Phone];
	await (role === "initiator" ? connect(holder, held, "--anchor") : connect(held, holder, "--anchor"));
	held.clear();
	holder.command("pause");
	await holder.says(/is now paused/);
	await (held instanceof Linphone ? held.says(/has been paused by/) : held.event("CALL_REMOTE_SDP"));
	holder.clear();
	held.clear();
	holder.command("resume");
	await holder.says(/Media streams established/);
	await (held instanceof Linphone ? held.says(/Media streams established/) : held.event("CALL_REMOTE_SDP"));
	await Promise.all([holder.hears(), held instanceof Linphone && held.hears()]);
	holder.command("terminate");
	await Promise.all([hungUp(holder), hungUp(held)]);
	await dialogsEnded(server, begins);
});

test("linphonec transfers an anchored call: the two others hear each other, and it is hung up", async () => {
	const [alice, bob, carol] = (await Promise.all([1, 2, 3].map((host) => start("linphonec", host)))) as [
		Linphone,
		Linphone,
		Linphone,
	];
	await connect(alice, bob, "--anchor");
	alice.command(`transfer ${carol.uri}`);
	await answer(carol);
	await alice.hungUp();
	await Promise.all([bob.hears(), carol.hears()]);
	carol.command("terminate");
	await Promise.all([bob.hungUp(), carol.hungUp()]);
	await dialogsEnded(server, begins);
});

test("linphonec joins the other phones of two anchored calls: attended transfer", async () => {
	const [alice, bob, carol] = (await Promise.all([1, 2, 3].map((host) => start("linphonec", host)))) as [
		Linphone,
		Linphone,
		Linphone,
	];
	await connect(alice, bob, "--anchor");
	alice.command("pause");
	await alice.says(/is now paused/);
	alice.clear();
	// The other way round, as linphonec takes no second call of one caller: our identity calls initiators.
	await connect(carol, alice, "--anchor");
	alice.command("transfer 1 --to-call 2");
	await alice.hungUp();
	await Promise.all([bob.hears(), carol.hears()]);
	bob.command("terminate");
	await Promise.all([bob.hungUp(), carol.hungUp()]);
	await dialogsEnded(server, begins);
});
