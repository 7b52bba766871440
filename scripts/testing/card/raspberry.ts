/** How far the card starts on an emulated Raspberry Pi 3 B, whose network is on USB. */
import { type Run, START, switchOn } from "./board.ts";
import { ready } from "./box.ts";
import { FIXED } from "./set-up.ts";

const STAGES: readonly (readonly [stage: string, sign: RegExp])[] = [
	["the kernel starts", /Linux version/],
	["the kernel is on a Raspberry Pi 3", /Machine model: Raspberry Pi 3/],
	["the kernel finds the card and its partitions", /mmcblk\d: p1 p2 p3/],
	["the root is mounted and the system starts", /systemd\[1\]: (System time|Hostname|Detected|systemd \d+)/],
	["the serial line on its pins shows the page of the card", /Set it up at/],
	["it says that the server runs", /The server runs/],
];

export async function onRaspberry(run: Run): Promise<void> {
	const { report } = run;
	const board = switchOn(run, "Raspberry Pi 3 B", false);
	try {
		for (const [stage, sign] of STAGES) {
			const reached = await report.check(`-M raspi3b: ${stage}`, async () => {
				await board.shows(sign, START);
				return undefined;
			});
			if (!reached) return;
		}
		await report.check("-M raspi3b: the server answers over the network", async () => {
			await ready(board, FIXED, START);
			return FIXED;
		});
		await report.check("-M raspi3b: the wireless rules of the countries are taken", () => {
			if (/failed to load regulatory\.db/.test(board.console))
				throw new Error("the kernel did not take them");
			return undefined;
		});
	} finally {
		await board.cut();
	}
}
