import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../../../..");

/** What holds our reader against SIP.js's own, and what is taken for granted of SIP.js against SIP.js itself. */
const COMPARISONS = [
	"scripts/benchmark/micro-part.ts",
	"test/unit/sip/message/reader.test.ts",
	"test/unit/sip/message/sipjs-comparison.test.ts",
	"test/unit/sip/message/uri.test.ts",
	"test/unit/sip/sipjs/assumptions.test.ts",
];

test("nothing but the door imports SIP.js", () => {
	const importers = [...new Bun.Glob("{src,test,scripts}/**/*.{ts,tsx}").scanSync(ROOT)]
		.filter((file) => /(?:from|import|import\()\s*"sip\.js/.test(readFileSync(join(ROOT, file), "utf8")))
		.filter((file) => !file.startsWith("src/sip/sipjs/"));
	expect(importers.toSorted()).toEqual(COMPARISONS);
});
