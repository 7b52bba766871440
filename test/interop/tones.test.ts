import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Baresip } from "../support/baresip.ts";
import { Linphone } from "../support/linphone.ts";
import { ServerProcess } from "../support/server-process.ts";
import { TestNetwork } from "../support/test-network.ts";
import { amplitude, cadence, cut, type Recording } from "../support/tone-meter.ts";

/** The places in the network of the server, and of a third phone; baresip has the first ones. */
const SERVER = 3;
const LINPHONE = 4;

let network: TestNetwork;
let server: ServerProcess;
let phones: readonly Baresip[];

beforeAll(async () => {
	network = TestNetwork.create(4);
	const inside = (...command: string[]) => network.inside(...command);
	server = await ServerProcess.start({
		inside,
		settings: { IPAddress: network.address(SERVER), Ringback: "de", FailureTone: 1 },
	});
	phones = await Promise.all([
		Baresip.start({ ...placeOf(1), control: 4444 }),
		Baresip.start({ ...placeOf(2), control: 4444 }),
	]);
});

function placeOf(host: number) {
	return {
		address: network.address(host),
		port: 5060,
		rtp: 10_000 + host * 1000,
		inside: (...command: string[]) => network.inside(...command),
	};
}

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
			// The server sends to Alice only, so that this is her sound, straight from her phone.
			await bob.event("CALL_RTPESTAB");
			bob.command("hangup");
		}
		await alice.event("CALL_CLOSED");
	},
);

/** Frequencies, and the cadence up to the first long pause: sounds and silences in turns, in milliseconds. */
const RINGBACKS = {
	us: { frequencies: [440, 480], others: [350, 400, 530, 620], cadence: [2000] },
	gb: { frequencies: [400, 450], others: [330, 370, 480, 620], cadence: [400, 200, 400] },
	de: { frequencies: [425], others: [325, 375, 485, 625], cadence: [1000] },
} as const;

/**
 * The tenth of a second in which frequencies are heard best. Where the phone has made up for a packet that came late,
 * the tone has a seam, over which no frequency can be measured. Frequencies that are multiples of 10 Hz apart do not
 * disturb each other in such a piece.
 */
function clearest(sound: Recording, frequencies: readonly number[]): Recording {
	const step = (20 * sound.rate) / 1000;
	const count = Math.floor((sound.samples.length - sound.rate / 10) / step) + 1;
	const pieces = Array.from({ length: count }, (_, index) => cut(sound, index * step, 100));
	const weakest = (piece: Recording): number =>
		Math.min(...frequencies.map((frequency) => amplitude(piece, frequency)));
	return pieces.reduce((best, piece) => (weakest(piece) > weakest(best) ? piece : best));
}

/** How far a recording may be from a cadence, in milliseconds: the phone makes up for packets that come late. */
const TOLERANCE = 100;

describe.each(["us", "gb", "de"] as const)("linphonec", (country) => {
	let national: ServerProcess;
	let phone: Linphone;

	beforeAll(async () => {
		national = await ServerProcess.start({
			inside: (...command) => network.inside(...command),
			settings: { IPAddress: network.address(SERVER), Ringback: country, WaitTone: 0 },
		});
		phone = await Linphone.start(placeOf(LINPHONE));
	});

	afterAll(async () => {
		await phone.stop();
		await national.stop();
	});

	test(`records the ringback of ${country}, with its frequencies and cadence`, async () => {
		const [, bob] = phones as [Baresip, Baresip];
		bob.clear();
		const call = national.run("call", phone.uri, bob.uri, "--anchor");
		await phone.answer();
		await bob.event("CALL_INCOMING");
		// A double ring, or one of two seconds, and some of the pause.
		await Bun.sleep(3500);
		phone.command("terminate all");
		await call;
		const heard = phone.heard();
		const { frequencies, others, cadence: lengths } = RINGBACKS[country];
		const all = cadence(heard);
		const parts = all[0]?.sounds === true ? all : all.slice(1);
		for (const [index, length] of lengths.entries()) {
			expect(parts[index]?.sounds).toBe(index % 2 === 0);
			expect(Math.abs((parts[index]?.length ?? 0) - length)).toBeLessThanOrEqual(TOLERANCE);
		}
		expect(parts[lengths.length]?.length).toBeGreaterThan(700);
		const first = cut(heard, parts[0]?.from ?? 0, lengths[0]);
		const sound = clearest(first, frequencies);
		for (const frequency of frequencies) expect(amplitude(sound, frequency)).toBeGreaterThan(2000);
		for (const other of others) expect(amplitude(sound, other)).toBeLessThan(500);
	});
});
