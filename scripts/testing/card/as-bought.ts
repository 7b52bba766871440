/** The first start of a card that nobody has put anything on. */
import { type Run, START, switchOn } from "./board.ts";
import { isOpen, page } from "./box.ts";
import { eventually } from "./emulator.ts";
import { askMulticast, BY_DHCP, expectName } from "./lan.ts";
import { expectMatch } from "./report.ts";

/** @returns whether it came up. */
export async function asBought(run: Run): Promise<boolean> {
	const { report, card } = run;
	const size = card.partitions().data.size;
	const board = switchOn(run, "first start");
	const start = performance.now();
	try {
		const up = await report.check(
			"the page answers after the first start, at the address of DHCP",
			async () => {
				await eventually("the page", START, async () => {
					board.checkOn();
					return (await page(BY_DHCP)) !== undefined;
				});
				return `after ${Math.round((performance.now() - start) / 1000)} s of emulation`;
			},
		);
		if (!up) return false;
		await report.check("the console shows name, address and state, and no login", async () => {
			await board.shows(/The server runs/, START);
			expectMatch(board.console, /http:\/\/clicktocall\.local/);
			expectMatch(board.console, new RegExp(`http://${BY_DHCP.replaceAll(".", "\\.")}`));
			if (/login:/i.test(board.console)) throw new Error("a login is shown");
			return undefined;
		});
		await report.check("nothing can be used until somebody has chosen the password of admin", async () => {
			const answer = await page(BY_DHCP, "/api/v1/calls");
			if (answer?.ok !== false) throw new Error(`GET /api/v1/calls: ${answer?.status ?? "no answer"}`);
			return `GET /api/v1/calls: ${answer.status}`;
		});
		await report.check("clicktocall.local is answered on the LAN", async () => {
			await expectName("clicktocall.local");
			return BY_DHCP;
		});
		await report.check("a web page is announced on the LAN (_http._tcp), with its port", async () => {
			const [found = ""] = await askMulticast("_http._tcp.local", "PTR", 60);
			expectMatch(found, /Click-to-call on clicktocall/);
			const [place = ""] = await askMulticast("Click-to-call on clicktocall._http._tcp.local", "SRV", 60);
			// Priority and weight 0, port 80 (RFC 2782).
			if (!place.includes("\0\0\0\0\0P")) throw new Error("another port than 80");
			return undefined;
		});
		await report.check("ssh is off", async () => {
			if (await isOpen(BY_DHCP, 22)) throw new Error("port 22 is open");
			return undefined;
		});
	} finally {
		await board.cut();
	}
	await report.check("the data partition takes the rest of the card", () => {
		const grown = card.partitions().data.size;
		if (grown <= size) throw new Error(`still ${size} octets`);
		return `${size / 2 ** 20} MiB are ${grown / 2 ** 20} MiB`;
	});
	await report.check("the log is in memory: the data partition has none", () => {
		const names = card.dataFiles("/");
		if (!names.includes("etc") || names.includes("log")) throw new Error(names.join(", "));
		return undefined;
	});
	return true;
}
