import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AdminSource } from "../../../../src/http/admin/types.ts";
import { compileRules } from "../../../../src/translate/compile-rules.ts";
import type { Translator } from "../../../../src/translate/translator.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { textsOf } from "../../../support/page-text.ts";
import { challenges, PASSWORD, setUp } from "../support.ts";

const HOSTILE = `"><script>alert(1)</script>'&`;

let translator: Translator;

beforeAll(async () => {
	translator = await compileRules(
		[
			{ pattern: "^(\\d{3})$", output: "sip:$1@pbx.example.com", file: "box.config", line: 3 },
			{ pattern: "^broken", output: "$0", file: "box.config", line: 5 },
			{ pattern: "<b>", output: "<i>", file: "box.config", line: 7 },
		],
		new MemoryLogger(),
		(typed) => typed.replace(/^(\d+)-(\d+)$/, "$1$2"),
	);
});

afterAll(() => translator.dispose());

function setUpAdmin(changes: Partial<AdminSource> = {}, password?: string) {
	const admin: AdminSource = {
		listening: () => [
			{ name: "SIP", protocol: "UDP", address: "::", port: 5072 },
			{ name: "HTTP", protocol: "TCP", address: "127.0.0.1", port: 5090 },
		],
		facts: () => [
			{ name: "Version", text: "1.0.0" },
			{
				name: "TLS",
				state: { text: "closed", kind: "open" },
				text: `There is no certificate for ${HOSTILE}`,
			},
		],
		rules: () => translator.rules,
		translate: (address) => translator.translate(address),
		log: () => ["first", `second ${HOSTILE}\n    with more`],
		...changes,
	};
	const { ask } = setUp({ admin, password });
	return { ask, page: async (path: string) => (await ask(path)).text() };
}

describe("/admin", () => {
	test.each([
		["de", ["Verwaltung", "Wählregeln", "wird abgelehnt", "keine Wählregel", "Port 5072 an allen Adressen"]],
		[
			"fr",
			["Administration", "Règles de numérotation", "est refusée", "aucune règle", "à toutes les adresses"],
		],
		[
			"es",
			["Administración", "Reglas de marcación", "se rechaza", "ninguna regla", "en todas las direcciones"],
		],
	])("is in the language of the browser: %s", async (language, words) => {
		let asked = "";
		const { ask } = setUpAdmin({
			facts: (wanted) => {
				asked = wanted;
				return [];
			},
		});
		const html = await (
			await ask("/admin?address=nobody", { headers: { "Accept-Language": language } })
		).text();
		for (const word of words) expect(html).toContain(word);
		expect(asked).toBe(language);
		expect(html).not.toContain("Translation rules");
	});

	test("says where the server listens and how it stands", async () => {
		const html = await setUpAdmin().page("/admin");
		expect(textsOf(html, "dd")).toEqual([
			"1.0.0",
			`closed There is no certificate for ${HOSTILE}`,
			"SIP over UDP: port 5072 on all addresses",
			"HTTP over TCP: 127.0.0.1:5090",
		]);
	});

	test("lists the rules in their order", async () => {
		const html = await setUpAdmin().page("/admin");
		expect(textsOf(html, "tr").slice(1)).toEqual([
			"1 ^(\\d{3})$ sip:$1@pbx.example.com RE2 box.config:3",
			"2 ^broken $0 RE2 box.config:5",
			"3 <b> <i> RE2 box.config:7",
		]);
		expect(html).not.toContain('class="taken"');
		expect(await setUpAdmin({ rules: () => [] }).page("/admin")).toContain("every address is refused");
	});

	test("shows the end of the log, and why there may be none", async () => {
		const html = await setUpAdmin().page("/admin");
		expect(html).toContain(
			"<pre>first\nsecond &quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;\n    with more</pre>",
		);
		expect(await setUpAdmin({ log: () => [] }).page("/admin")).toContain("Nothing has been logged yet.");
		expect(await setUpAdmin({ log: () => undefined }).page("/admin")).toContain("LogLevel is NONE");
	});

	test("goes to the log when that is loaded again, by an address of its own each time", async () => {
		const { page } = setUpAdmin();
		expect(await page("/admin")).not.toContain("autofocus");
		expect(await page("/admin?log=1")).toMatch(/<section class="log"[^>]* autofocus/);
		expect(await page("/admin")).toMatch(/href="\/admin\?log=\d{13}"/);
	});

	test("needs the password when there is one", async () => {
		const { ask } = setUpAdmin({}, PASSWORD);
		const response = await ask("/admin");
		expect(response.status).toBe(401);
		expect(challenges(response)).toHaveLength(2);
		expect(await response.text()).not.toContain("pbx.example.com");
	});

	test("has a strict policy and is kept nowhere", async () => {
		const { headers } = await setUpAdmin().ask("/admin");
		expect(headers.get("Content-Security-Policy")).toStartWith("default-src 'none'; script-src 'self'");
		expect(headers.get("Cache-Control")).toBe("no-store");
	});
});

describe("an address that is tried", () => {
	const tried = async (address: string) => {
		const html = await setUpAdmin().page(`/admin?${new URLSearchParams({ address })}`);
		return { html, verdict: textsOf(/<p id="translation".*?<\/p>/s.exec(html)?.[0] ?? "", "p")[0] };
	};

	test("is called as the first rule that takes it says; the rule is marked", async () => {
		const { html, verdict } = await tried("101");
		expect(verdict).toBe("is called sip:101@pbx.example.com , by the rule at box.config:3");
		expect(textsOf(html.slice(html.indexOf('<tr class="taken"')), "tr")[0]).toStartWith("1 ^(\\d{3})$");
		expect(html.match(/class="taken"/g)).toHaveLength(1);
	});

	test("is shown as the rules see it", async () => {
		expect((await tried("10-1")).verdict).toBe(
			"Cleaned to 101 , it is called sip:101@pbx.example.com , by the rule at box.config:3",
		);
		expect((await tried("1-0")).verdict).toBe("Cleaned to 10 , it is refused no translation rule matches it");
	});

	test("is refused when no rule takes it", async () => {
		const { verdict } = await tried(HOSTILE);
		expect(verdict).toBe("is refused no translation rule matches it");
	});

	test("is refused when what the rule makes of it is no SIP URI: both are shown", async () => {
		const { html, verdict } = await tried("broken");
		expect(verdict).toStartWith("is refused the rule's result is not a SIP URI: ");
		expect(verdict).toEndWith("; the rule at box.config:5 turns it into broken");
		expect(html).toContain('class="taken"');
	});

	test("stays in the field as it was typed, and does nothing else", async () => {
		const { html } = await tried(HOSTILE);
		expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;"');
		expect(html).not.toContain("<script>");
		expect((await tried("  ")).verdict).toBeUndefined();
	});

	test.each([
		["x".repeat(513), "address: expected at most 512 characters."],
		[" 4930123", "address: expected no space at the beginning; write a plus sign as %2B."],
	])("that no page could call is 400", async (address, sentence) => {
		const response = await setUpAdmin().ask(`/admin?${new URLSearchParams({ address })}`);
		expect(response.status).toBe(400);
		expect(await response.text()).toContain(sentence);
	});
});
