/** How far the card starts on an emulated Raspberry Pi 3 B, which has no network. */
import { type Run, START, switchOn } from "./board.ts";

const STAGES: readonly (readonly [stage: string, sign: RegExp])[] = [
	["the kernel starts", /Linux version/],
	["the kernel is on a Raspberry Pi 3", /Machine model: Raspberry Pi 3/],
	["the kernel finds the card and its partitions", /mmcblk\d: p1 p2 p3/],
	["the root is mounted and the system starts", /systemd\[1\]: (System time|Hostname|Detected|systemd \d+)/],
	["the console of the card is shown", /Set it up at/],
];

export async function onRaspberry(run: Run): Promise<void> {
	const board = switchOn(run, "Raspberry Pi 3 B", false);
	try {
		for (const [stage, sign] of STAGES) {
			const reached = await run.report.check(`-M raspi3b: ${stage}`, async () => {
				await board.shows(sign, START);
				return undefined;
			});
			if (!reached) return;
		}
	} finally {
		await board.cut();
	}
}
