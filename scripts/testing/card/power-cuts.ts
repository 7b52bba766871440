/** The power goes under calls, again and again. */
import { type Run, START, switchOn } from "./board.ts";
import { callsOn, goesOn, hangUp, isOpen, PhonePair, ready } from "./box.ts";
import type { CardFile } from "./card-file.ts";
import { type Emulator, eventually } from "./emulator.ts";
import { type Loss, momentsOf } from "./power-loss.ts";
import { FIXED } from "./set-up.ts";

/** Calls that are being placed when the power goes, at most. */
const MOST_CALLS = 6;
/** Moments of each start at which the power could have gone as well, for which the card is looked at. */
const MOMENTS = 10;
/** Seconds after which a call that is connected is on the card: the state file is flushed each half a second. */
const ON_CARD = 2;
/** Seconds after which a line of the log is on the card: 10, and some for the server to write it. */
const LOG_ON_CARD = 13;
/** The log of the server on the data partition, and its line of each start. */
const LOG = "/log/clicktocall/clicktocall.log";
const STARTED = / clicktocall \S+ started$/gm;

export async function cutUnderCalls(run: Run): Promise<void> {
	const { report, card, cuts } = run;
	const phones = await PhonePair.start();
	// What the server did in the half a second before a power cut it may not know of, so that phones stay connected.
	const others = await PhonePair.start();
	const kept: string[] = [];
	let starts = startsIn(card);
	try {
		for (let cut = 1; cut <= cuts; cut++) {
			const board = switchOn(run, `power cut ${cut}`);
			let elsewhen: Elsewhen = { wrong: [], lost: 0 };
			let loss: Loss;
			try {
				await report.check(`start ${cut}: the calls of before the power cut go on`, () => goOn(board, kept));
				await report.check(
					`start ${cut}: a call is connected, and the power is cut under others`,
					async () => {
						await goesOn(board, FIXED, LOG_ON_CARD);
						kept.push(await phones.connect(FIXED));
						await goesOn(board, FIXED, ON_CARD);
						await placeSome(others);
						return `${kept.length} to go on`;
					},
				);
			} finally {
				loss = await board.cut((log) => {
					elsewhen = checkMoments(card, log);
				});
			}
			await report.check(`power cut ${cut}: the file system and the history are whole`, () => {
				const { wrong } = card.checkData();
				if (wrong !== "") throw new Error(wrong);
				return `${kib(loss.lost)} of ${kib(loss.unflushed)} not flushed are lost, ${kib(loss.written)} written`;
			});
			await report.check(`power cut ${cut}: the log tells of this start`, () => {
				const before = starts;
				starts = startsIn(card);
				if (starts <= before) throw new Error(`it has ${starts} starts, as before`);
				return `${starts} starts`;
			});
			await report.check(
				`power cut ${cut}: so they would be at ${MOMENTS} other moments of this start`,
				() => {
					if (elsewhen.wrong.length > 0) throw new Error(elsewhen.wrong.join("\n"));
					return `up to ${kib(elsewhen.lost)} not flushed are lost`;
				},
			);
		}
		card.put({ "ssh-key": null });
		const board = switchOn(run, "after the last power cut");
		try {
			await report.check("after the last power cut all of these calls go on", () => goOn(board, kept));
			await report.check("all calls are hung up, and no phone is left", async () => {
				await Promise.all((await callsOn(FIXED)).map((id) => hangUp(FIXED, id)));
				await eventually("both phones to be free", 90, () => phones.open === 0);
				return `${others.open} legs of calls that the power cuts met at their beginning are left`;
			});
			await report.check("the history is whole, and has these calls", async () => {
				let past: readonly string[] = [];
				await eventually("these calls in the history", 90, async () => {
					past = await callsOn(FIXED, true);
					return kept.every((id) => past.includes(id));
				});
				return `${past.length} calls`;
			});
			await report.check("without ssh-key on the boot partition ssh is off again", async () => {
				await board.shows(/ssh-key is gone/, 60);
				if (await isOpen(FIXED, 22)) throw new Error("port 22 is open");
				return undefined;
			});
		} finally {
			await board.cut();
		}
		await report.check("no file of the server had to be put aside as damaged", () => {
			const damaged = card.dataFiles("/lib/clicktocall").filter((name) => name.includes(".bad-"));
			if (damaged.length > 0) throw new Error(damaged.join(", "));
			return undefined;
		});
	} finally {
		await Promise.all([phones.stop(), others.stop()]);
	}
}

/** How many starts of the server its log on the card tells of. */
const startsIn = (card: CardFile): number => card.dataFile(LOG).match(STARTED)?.length ?? 0;

const kib = (octets: number): string => `${octets / 1024} KiB`;

/** Asks for calls, and returns when the board has answered one of them, whichever that is. */
async function placeSome(phones: PhonePair): Promise<void> {
	const count = 1 + Math.floor(Math.random() * MOST_CALLS);
	const asked = Array.from({ length: count }, () => phones.ask(FIXED));
	await asked[Math.floor(Math.random() * count)];
}

/** What would be wrong if the power had gone at other moments, and the most octets that would go with it. */
interface Elsewhen {
	readonly wrong: readonly string[];
	readonly lost: number;
}

/** Looks at the card as it would be if the power had gone earlier. */
function checkMoments(card: CardFile, log: string): Elsewhen {
	const end = momentsOf(log);
	const looks = Array.from({ length: MOMENTS }, () => {
		const moment = 1 + Math.floor(Math.random() * end);
		return { moment, ...card.checkData({ log, moment }) };
	});
	return {
		wrong: looks
			.filter(({ wrong }) => wrong !== "")
			.map(({ moment, wrong }) => `after ${moment} of ${end} writes: ${wrong}`),
		lost: Math.max(...looks.map(({ lost }) => lost)),
	};
}

/** Waits until the board takes calls, and looks whether it still has these. */
async function goOn(board: Emulator, kept: readonly string[]): Promise<string> {
	const start = performance.now();
	await ready(board, FIXED, START);
	const seconds = Math.round((performance.now() - start) / 1000);
	const there = new Set(await callsOn(FIXED));
	const lost = kept.filter((id) => !there.has(id));
	if (lost.length > 0) throw new Error(`${lost.length} of ${kept.length} are lost: ${lost.join(", ")}`);
	return `${kept.length}, ready after ${seconds} s of emulation`;
}
