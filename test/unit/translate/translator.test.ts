import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { NULL_LOGGER } from "../../../src/log/null-logger.ts";
import { compileRules } from "../../../src/translate/compile-rules.ts";
import { parseOutput } from "../../../src/translate/output-template.ts";
import { Translator } from "../../../src/translate/translator.ts";
import { type CompiledPattern, EngineFailure } from "../../../src/translate/types.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { rules, withRules } from "./support.ts";

const PAIRS = [
	["^(sips?:.*)$", "$1"],
	["^\\+?([0-9]{3,})$", "sip:$1@gw.example.com"],
	["^0$", "operator"],
] as const;

describe("translation", () => {
	test("the first rule that matches wins", async () => {
		await withRules([["^9", "sip:first@h"], ...PAIRS, ["", "sip:last@h"]], (translator) => {
			expect(translator.translate("911")).toMatchObject({ ok: true, uri: "sip:first@h", rule: { line: 1 } });
			expect(translator.translate("+555")).toMatchObject({
				ok: true,
				uri: "sip:555@gw.example.com",
				rule: { line: 5, engine: "RE2" },
			});
			expect(translator.translate("?")).toMatchObject({ ok: true, uri: "sip:last@h" });
		});
	});

	test("a name-addr is taken for its URI", async () => {
		await withRules([["^(.*<.*>.*)$", "$1"]], (translator) => {
			expect(translator.translate('"Alice" <sip:a@b>')).toMatchObject({ ok: true, uri: "sip:a@b" });
		});
	});

	test("without a rule that matches there is no URI, also for what is one already", async () => {
		await withRules([], (translator) => {
			expect(translator.translate("sip:a@b")).toMatchObject({ ok: false, code: "no-rule" });
		});
	});

	test("a result that is no SIP URI is refused, with the rule and its result", async () => {
		await withRules(PAIRS, (translator) => {
			expect(translator.translate("0")).toMatchObject({
				ok: false,
				code: "invalid-uri",
				output: "operator",
				rule: { line: 5 },
			});
		});
	});

	test("a captured text is not expanded again", async () => {
		await withRules([["^(.*)-(.*)$", "sip:$1@$2"]], (translator) => {
			expect(translator.translate("$2-h")).toMatchObject({ uri: "sip:$2@h" });
		});
	});

	test("typed text cannot lead a call to another host than the rule's", async () => {
		await withRules([["^(.*)$", "sip:$1@gw.example.com"]], (translator) => {
			fc.assert(
				fc.property(fc.oneof(fc.string(), fc.constant("a@evil.example;x=")), (address) => {
					const result = translator.translate(address);
					if (result.ok) expect(result.uri).toEndWith("@gw.example.com");
				}),
			);
		});
	});

	test("what is longer than 512 characters or holds CR, LF, NUL or half a character meets no rule", async () => {
		await withRules([["", "sip:a@b"]], (translator) => {
			expect(translator.translate("x".repeat(512)).ok).toBe(true);
			for (const address of ["x".repeat(513), "1\r", "1\n", "1\0", "\udc00"]) {
				expect(translator.translate(address)).toMatchObject({ ok: false, code: "invalid-address" });
			}
		});
	});

	test("a rule that runs away counts as no match and is logged with its line", async () => {
		const log = new MemoryLogger();
		const runaway = [
			["^(a+)+\\1$", "sip:no@h"],
			["^(a|a)+$(?!x)", "sip:no@h"],
			["a", "sip:next@h"],
		] as const;
		await withRules(
			runaway,
			(translator) => {
				expect(translator.translate(`${"a".repeat(500)}!`)).toMatchObject({ ok: true, uri: "sip:next@h" });
				// A flood of such addresses leaves one line a second.
				for (let more = 490; more < 500; more += 1) translator.translate(`${"a".repeat(more)}!`);
			},
			log,
		);
		expect(log.lines.filter((line) => line.startsWith("WARNING test:1: "))).toHaveLength(1);
		expect(log.lines.filter((line) => line.startsWith("WARNING test:3: "))).toHaveLength(1);
	});

	test("a long address may take fewer steps from each of its characters than one that people type", async () => {
		const rules = [
			["(?:a|a){12}b(?=\\W)", "sip:first@h"],
			["", "sip:next@h"],
		] as const;
		await withRules(rules, (translator) => {
			expect(translator.translate(`${"a".repeat(20)}b!`)).toMatchObject({ uri: "sip:first@h" });
			expect(translator.translate(`${"a".repeat(500)}b!`)).toMatchObject({ uri: "sip:next@h" });
		});
	});

	test("the dollar sign of the manual's misprinted example is warned of", async () => {
		await withRules(
			[
				["^(.*)$", "sip:\\$1@h"],
				["a", "sip:\\$@h"],
			],
			(translator) => {
				expect(translator.warnings).toHaveLength(1);
				expect(translator.warnings[0]).toStartWith("test:1: ");
				expect(translator.translate("5")).toMatchObject({ uri: "sip:$1@h" });
			},
		);
	});

	test("nothing matches once it is disposed of", async () => {
		await withRules(PAIRS, (translator) => {
			translator.dispose();
			expect(translator.translate("555")).toMatchObject({ ok: false, code: "no-rule" });
		});
	});
});

describe("numbers", () => {
	const clean = (typed: string): string => typed.replaceAll("-", "");

	test("are cleaned before the rules see them; addresses that no rule may see are not", async () => {
		const translator = await compileRules(
			rules(["^(\\d+)$", "sip:$1@h"], ["-", "sip:dash@h"]),
			NULL_LOGGER,
			clean,
		);
		expect(translator.translate("12-34")).toMatchObject({ uri: "sip:1234@h" });
		expect(translator.translate(`${"1-".repeat(300)}1`)).toMatchObject({ code: "invalid-address" });
		translator.dispose();
	});

	test("stay in refusals as they were typed", async () => {
		const translator = await compileRules(rules(["^(1)$", "sip:$1@h"]), NULL_LOGGER, clean);
		expect(translator.translatePair("1-", "2-2")).toMatchObject({
			reason: "No translation rule for either initiator 1- or destination 2-2",
		});
		translator.dispose();
	});

	test("are cleaned as the rules say that have taken the place of others", async () => {
		const translator = await compileRules(rules(["^(\\d+)$", "sip:$1@h"]), NULL_LOGGER, clean);
		expect(translator.translate("1-2").ok).toBe(true);
		translator.takeOver(await compileRules(rules(["^(\\d+)$", "sip:$1@h"]), NULL_LOGGER));
		expect(translator.translate("1-2").ok).toBe(false);
		translator.dispose();
	});
});

describe("rules that take the place of others", () => {
	test("translate from then on, and those before are freed", async () => {
		await withRules([["^5", "sip:old@h"]], async (translator) => {
			await withRules([["^6", "sip:new@h"]], (other) => {
				// Both remember what they were asked: that goes with the rules.
				expect(translator.translate("5")).toMatchObject({ uri: "sip:old@h" });
				expect(other.translate("6")).toMatchObject({ uri: "sip:new@h" });
				translator.takeOver(other);
				expect(other.translate("6")).toMatchObject({ ok: false, code: "no-rule" });
				expect(translator.translate("5")).toMatchObject({ ok: false, code: "no-rule" });
				expect(translator.translate("6")).toMatchObject({ uri: "sip:new@h" });
				other.dispose();
				expect(translator.translate("6")).toMatchObject({ uri: "sip:new@h" });
			});
		});
	});

	test("stay when the engine of those before is still being given up", async () => {
		const groups = { count: 0, names: new Map() };
		const freed: string[] = [];
		const pattern = (name: string, search: CompiledPattern["search"]): CompiledPattern => ({
			engine: "RE2",
			groups,
			search,
			dispose: () => freed.push(name),
		});
		const [rule] = rules(["5", "sip:new@h"]);
		if (!rule) throw new Error("a rule expected");
		const output = parseOutput(rule.output, groups);
		const fallback = Promise.withResolvers<CompiledPattern>();
		const old = pattern("old", () => {
			throw new EngineFailure("out of memory");
		});
		const translator = new Translator(
			[{ rule, pattern: old, output }],
			new MemoryLogger(),
			() => fallback.promise,
		);
		expect(translator.translate("5").ok).toBe(false);
		const sound = [{ rule, pattern: pattern("new", () => ["5"]), output }];
		translator.takeOver(new Translator(sound, new MemoryLogger(), () => fallback.promise));
		fallback.resolve(pattern("fallback", () => null));
		await fallback.promise;
		await Promise.resolve();
		expect(freed).toEqual(["old", "fallback"]);
		expect(translator.translate("5")).toMatchObject({ uri: "sip:new@h" });
	});
});

describe("an engine that breaks down", () => {
	const groups = { count: 0, names: new Map() };
	const broken: CompiledPattern = {
		engine: "RE2",
		groups,
		search: () => {
			throw new EngineFailure("out of memory");
		},
		dispose: () => {},
	};

	test("refuses the address, and its rules move to the other engine", async () => {
		const log = new MemoryLogger();
		const replaced = Promise.withResolvers<CompiledPattern>();
		const [first, second] = rules(["5", "sip:first@h"], ["", "sip:second@h"]);
		if (!first || !second) throw new Error("two rules expected");
		const sound: CompiledPattern = { engine: "PCRE2", groups, search: () => ["5"], dispose: () => {} };
		const translator = new Translator(
			[
				{ rule: first, pattern: broken, output: parseOutput(first.output, groups) },
				{ rule: second, pattern: sound, output: parseOutput(second.output, groups) },
			],
			log,
			() => replaced.promise,
		);
		expect(translator.translate("5").ok).toBe(false);
		expect(translator.translate("5").ok).toBe(false);
		replaced.resolve(sound);
		await replaced.promise;
		await Promise.resolve();
		expect(translator.translate("5")).toMatchObject({
			ok: true,
			uri: "sip:first@h",
			rule: { engine: "PCRE2" },
		});
		expect(log.lines.filter((line) => line.startsWith("WARNING"))).toHaveLength(1);
	});
});

describe("an address that comes again", () => {
	/** A rule that takes every address that begins with a digit, and counts how often it is asked. */
	function counting() {
		const asked: string[] = [];
		const groups = { count: 0, names: new Map() };
		const [rule] = rules(["", "sip:$0@h"]);
		if (!rule) throw new Error("a rule expected");
		const search = (address: string) => {
			asked.push(address);
			return /^\d/.test(address) ? [address] : null;
		};
		const pattern: CompiledPattern = { engine: "RE2", groups, search, dispose: () => {} };
		const entry = { rule, pattern, output: parseOutput(rule.output, groups) };
		const translator = new Translator([entry], new MemoryLogger(), () => Promise.resolve(pattern));
		return { asked, translator };
	}

	test("is translated as before, without asking the rules", () => {
		const { asked, translator } = counting();
		const first = translator.translate("555");
		expect(first).toMatchObject({ ok: true, uri: "sip:555@h" });
		expect(translator.translate("555")).toEqual(first);
		expect(asked).toEqual(["555"]);
	});

	test("after 500 others, or when no rule took it, is looked at anew", () => {
		const { asked, translator } = counting();
		translator.translate("x");
		translator.translate("x");
		for (let address = 0; address <= 500; address += 1) translator.translate(`${address}`);
		asked.length = 0;
		translator.translate("500");
		translator.translate("251");
		expect(asked).toEqual([]);
		translator.translate("0");
		translator.translate("x");
		expect(asked).toEqual(["0", "x"]);
	});
});

describe("the addresses of a request", () => {
	test("both become URIs", async () => {
		await withRules(PAIRS, (translator) => {
			expect(translator.translatePair("sip:a@b", "555")).toEqual({
				ok: true,
				initiator: "sip:a@b",
				destination: "sip:555@gw.example.com",
			});
		});
	});

	test("without a rule for one of them the text names both, and the list those without", async () => {
		await withRules(PAIRS, (translator) => {
			for (const [initiator, destination, refused] of [
				["sip:a@b", "x", ["destination"]],
				["x", "555", ["initiator"]],
				["x", "y", ["initiator", "destination"]],
				["x", "0", ["initiator", "destination"]],
			] as const) {
				const pair = translator.translatePair(initiator, destination);
				expect(pair.ok ? [] : pair.refused.map(({ name }): string => name)).toEqual([...refused]);
				expect(pair).toMatchObject({
					ok: false,
					reason: `No translation rule for either initiator ${initiator} or destination ${destination}`,
				});
			}
		});
	});

	test("a result that is no URI is told with what was typed and the reason", async () => {
		await withRules(PAIRS, (translator) => {
			expect(translator.translatePair("0", "555")).toEqual({
				ok: false,
				refused: [
					{
						name: "initiator",
						address: "0",
						reason: "the rule's result is not a SIP URI: it does not begin with sip: or sips:",
					},
				],
				reason:
					"Invalid URI format in initiator operator(0) or destination sip:555@gw.example.com(555): initiator: the rule's result is not a SIP URI: it does not begin with sip: or sips:",
			});
			expect(translator.translatePair("555", "0")).toMatchObject({
				reason: expect.stringContaining(": destination: "),
			});
		});
	});

	test("an address of any length and content gives a text of one line", async () => {
		await withRules(PAIRS, (translator) => {
			const result = translator.translatePair("x\r\n".repeat(10_000), "555");
			expect(result.ok ? "" : result.reason).toMatch(/^Invalid URI format in initiator .{1,1500}$/);
		});
	});
});
