import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SYSTEM_PROGRAMS } from "../../../src/update/system-programs.ts";
import { TRIAL_STARTS } from "../../../src/update/update-record.ts";
import { Updates } from "../../../src/update/updates.ts";

let folder: string;
let updates: Updates;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "clicktocall-update-"));
	updates = new Updates({
		folder: join(folder, "update"),
		running: "1.1.0",
		programs: SYSTEM_PROGRAMS,
		now: () => 1000,
	});
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A package whose program is a script; dpkg-deb makes it. */
async function packageOf(
	version: string,
	{ name = "clicktocall", accepts = true, architecture = "all" } = {},
): Promise<string> {
	const tree = mkdtempSync(join(folder, "tree-"));
	mkdirSync(join(tree, "DEBIAN"));
	mkdirSync(join(tree, "usr/bin"), { recursive: true });
	writeFileSync(
		join(tree, "DEBIAN/control"),
		`Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: A <a@example.com>\nDescription: test\n`,
	);
	writeFileSync(
		join(tree, "usr/bin/clicktocall"),
		`#!/bin/sh\ncase $1 in\n--version) echo "clicktocall ${version} (abc)" ;;\n*) echo "SipPort = x"; exit ${accepts ? 0 : 2} ;;\nesac\n`,
	);
	chmodSync(join(tree, "usr/bin/clicktocall"), 0o755);
	const file = join(folder, `${name}-${version}.deb`);
	const { exitCode, text } = await SYSTEM_PROGRAMS.run(["dpkg-deb", "-Znone", "--build", tree, file]);
	expect([exitCode, text]).toEqual([0, expect.any(String)]);
	return file;
}

describe("a package", () => {
	test("becomes the program of the next start", async () => {
		const candidate = await updates.stage(await packageOf("1.2.0"), "any.config");
		expect(candidate).toMatchObject({ version: "1.2.0", is: "newer" });
		expect(candidate.sha256).toMatch(/^[0-9a-f]{64}$/);
		expect(updates.start()).toBeUndefined();
		updates.adopt(candidate);
		const program = updates.start() ?? "";
		expect((await SYSTEM_PROGRAMS.run([program, "--version"])).text).toContain("1.2.0");
	});

	test.each([
		["1.0.9", "older"],
		["1.1.0", "the same"],
	])("of version %s is %s", async (version, is) => {
		expect((await updates.stage(await packageOf(version), undefined)).is).toBe(is as "older");
	});

	test("of something else is not taken, and leaves nothing", async () => {
		const file = await packageOf("1.2.0", { name: "other" });
		await expect(updates.stage(file, undefined)).rejects.toThrow(
			"expected the package clicktocall, got other",
		);
		expect(readdirSync(join(folder, "update"))).toEqual([]);
	});

	test("for another processor is not taken", async () => {
		const file = await packageOf("1.2.0", { architecture: "s390x" });
		await expect(updates.stage(file, undefined)).rejects.toThrow("the package is for s390x machines");
	});

	test("that nobody has installed is gone once a server is ready", async () => {
		updates.ready();
		await updates.stage(await packageOf("1.2.0"), undefined);
		updates.ready();
		expect(readdirSync(join(folder, "update"))).toEqual([]);
	});

	test("that does not accept the settings is not taken", async () => {
		const file = await packageOf("1.2.0", { accepts: false });
		await expect(updates.stage(file, "my.config")).rejects.toThrow(
			"the new version does not accept my.config:\nSipPort = x",
		);
	});

	test("that is cut short is not taken", async () => {
		const file = await packageOf("1.2.0");
		const whole = new Uint8Array(await Bun.file(file).arrayBuffer());
		writeFileSync(file, whole.subarray(0, whole.length / 2));
		await expect(updates.stage(file, undefined)).rejects.toThrow("the file is damaged: dpkg-deb says");
	});
});

test("a file that is no update is not taken", async () => {
	const file = join(folder, "photo.jpg");
	writeFileSync(file, "no program");
	await expect(updates.stage(file, undefined)).rejects.toThrow("expected a Debian package (.deb)");
	await expect(updates.stage(join(folder, "none"), undefined)).rejects.toThrow("cannot be read");
});

test("a program for another processor is not taken", async () => {
	const file = join(folder, "program");
	writeFileSync(file, "\x7fELF and nothing that runs");
	await expect(updates.stage(file, undefined)).rejects.toThrow("does not run on this machine");
});

test("a version that never is ready gives way, one that is stays, and old ones are removed", async () => {
	updates.adopt(await updates.stage(await packageOf("1.2.0"), undefined));
	expect(updates.start()).toBeDefined();
	updates.ready();
	const good = updates.start();
	updates.adopt(await updates.stage(await packageOf("1.3.0"), undefined));
	for (let start = 0; start < TRIAL_STARTS; start += 1) expect(updates.start()).not.toBe(good);
	expect(updates.start()).toBe(good);
	expect(updates.record.fellBack?.from).toBe("1.3.0");
	updates.adopt(await updates.stage(await packageOf("1.4.0"), undefined));
	updates.ready();
	expect(readdirSync(join(folder, "update")).filter((name) => name.startsWith("version-")).length).toBe(2);
});

test("the same file once more is taken once more, also while it runs", async () => {
	const file = await packageOf("1.2.0");
	updates.adopt(await updates.stage(file, undefined));
	updates.ready();
	updates.adopt(await updates.stage(file, undefined));
	expect(updates.record).toMatchObject({ current: { version: "1.2.0" }, previous: undefined });
});

test("back to the one before, and to the one that was installed", async () => {
	updates.adopt(await updates.stage(await packageOf("1.2.0"), undefined));
	updates.ready();
	updates.goBack();
	expect(updates.start()).toBeUndefined();
	expect(() => updates.goBack()).toThrow("there is none before it");
});

test("a record that is damaged, and a program that is gone, leave the one that was installed", async () => {
	updates.adopt(await updates.stage(await packageOf("1.2.0"), undefined));
	updates.ready();
	const program = updates.start() ?? "";
	rmSync(program);
	expect(updates.start()).toBeUndefined();
	writeFileSync(join(folder, "update/update.json"), "{");
	expect(updates.start()).toBeUndefined();
	expect(existsSync(join(folder, "update"))).toBe(true);
});
