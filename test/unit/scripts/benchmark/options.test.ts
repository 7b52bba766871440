import { expect, test } from "bun:test";
import { BenchmarkUsageError, PARTS, readOptions, USAGE } from "../../../../scripts/benchmark/options.ts";

test("without arguments everything is measured, and the JSON goes to standard output", () => {
	const options = readOptions([]);
	expect([...options.parts]).toEqual([...PARTS]);
	expect(options).toMatchObject({ quick: false, json: undefined, executable: undefined, help: false });
});

test("named parts are the only ones", () => {
	const options = readOptions(["--quick", "held", "--json", "out.json", "refer", "--executable", "other"]);
	expect([...options.parts].sort()).toEqual(["held", "refer"]);
	expect(options).toMatchObject({ quick: true, json: "out.json", executable: "other" });
});

test("--cluster is the part of that name", () => {
	expect([...readOptions(["--cluster"]).parts]).toEqual(["cluster"]);
});

test("what is not known is refused with what is", () => {
	expect(() => readOptions(["fast"])).toThrow(
		new BenchmarkUsageError(`unknown argument "fast", expected a part (${PARTS.join(", ")})`),
	);
	expect(() => readOptions(["--verbose"])).toThrow(BenchmarkUsageError);
	expect(() => readOptions(["constructor"])).toThrow(BenchmarkUsageError);
});

test.each([["--json"], ["--executable"]])("%s needs a file", (option) => {
	for (const args of [[option], [option, "--quick"]])
		expect(() => readOptions(args)).toThrow(new BenchmarkUsageError(`${option} needs a file`));
});

test("the help names every part", () => {
	for (const part of PARTS) expect(USAGE).toContain(`\n  ${part} `);
});

test("crashes have a number, a seed, and perhaps one kind", () => {
	expect(readOptions(["--crash", "50"])).toMatchObject({ crash: 50, seed: 1, only: undefined });
	expect(readOptions(["--crash", "9", "--only", "twice", "--seed", "7"])).toMatchObject({
		crash: 9,
		seed: 7,
		only: "twice",
	});
	expect(() => readOptions(["--crash", "9", "--only", "often"])).toThrow(
		new BenchmarkUsageError("--only needs one of held, many, power, stages, twice, restoring, random"),
	);
});

test("a soak has its minutes, and a flood stands alone", () => {
	expect(readOptions(["--soak", "60"])).toMatchObject({ soak: 60, flood: false });
	expect(readOptions(["--flood", "--quick"])).toMatchObject({ soak: undefined, flood: true, quick: true });
	for (const minutes of [[], ["0"], ["3.9"], ["an hour"], ["-5"], ["1e3"]])
		expect(() => readOptions(["--soak", ...minutes])).toThrow(
			new BenchmarkUsageError("--soak needs a number of minutes, 4 or more"),
		);
});
