/** `scripts/test --image`: boots the card that `scripts/image` made, in emulated boards. See `docs/card.md`. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asBought } from "./as-bought.ts";
import type { Run } from "./board.ts";
import { CardFile } from "./card-file.ts";
import { command } from "./command.ts";
import { handOver } from "./handed-over.ts";
import { openLan } from "./lan.ts";
import { cutUnderCalls } from "./power-cuts.ts";
import { onRaspberry } from "./raspberry.ts";
import { Report } from "./report.ts";
import { setUp } from "./set-up.ts";

const ROOT = join(import.meta.dir, "../../..");
/** What the consoles of the emulated boards have shown. */
const LOGS = join(ROOT, "dist/card-consoles");
/** A size that a card has; the emulated Raspberry Pi wants a power of two. */
const CARD_MIB = 4096;

async function main(args: readonly string[]): Promise<boolean> {
	const [image = join(ROOT, "dist/clicktocall-pi.img.xz"), cuts = "10"] = args;
	if (!existsSync(image)) throw new Error(`${image} is not there: make it with "sh scripts/image"`);
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-card-"));
	const stopLan = openLan(join(folder, "lan"));
	const clear = (): void => {
		stopLan();
		rmSync(folder, { recursive: true, force: true });
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.once(signal, () => {
			clear();
			process.exit(1);
		});
	}
	try {
		const run = prepare(image, folder, Number(cuts));
		const root = run.card.rootSum();
		const another = copyOf(run.card, folder);
		if (await asBought(run)) {
			await setUp(run);
			await cutUnderCalls(run);
			await handOver(run, another.card, another.folder);
		}
		await run.report.check("the root partition is the one of the image, octet by octet", () => {
			if (run.card.rootSum() !== root) throw new Error("it was changed");
			return undefined;
		});
		await onRaspberry(run);
		return run.report.finish();
	} finally {
		clear();
	}
}

function prepare(image: string, folder: string, cuts: number): Run {
	const report = new Report();
	report.note(`the card of ${image}, in ${folder}`);
	const file = join(folder, "card.img");
	if (image.endsWith(".xz")) command("sh", "-c", 'xz -dc -T0 "$0" >"$1"', image, file);
	else copyFileSync(image, file);
	const card = new CardFile(file, folder);
	card.grow(CARD_MIB);
	mkdirSync(LOGS, { recursive: true });
	const key = join(folder, "key");
	command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
	return { report, card, logs: LOGS, key, cuts };
}

/** A card of its own that has never been started, as the given one is now. */
function copyOf(card: CardFile, parent: string): { readonly card: CardFile; readonly folder: string } {
	const folder = join(parent, "another");
	mkdirSync(folder);
	const file = join(folder, "card.img");
	command("cp", "--sparse=always", card.file, file);
	return { card: new CardFile(file, folder), folder };
}

try {
	process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
	console.error(`test: ${error instanceof Error ? error.message : error}`);
	console.log("0 passed, 1 failed");
	process.exitCode = 1;
}
