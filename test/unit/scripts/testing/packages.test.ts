import { expect, test } from "bun:test";
import { findMissing, findProgram } from "../../../../scripts/testing/packages.ts";

const without =
	(...missing: string[]) =>
	(program: string) =>
		missing.includes(program) ? null : `/usr/bin/${program}`;

test("nothing is installed when every program is there", () => {
	expect(findMissing(without(), true)).toBeUndefined();
});

test("root installs the packages of the missing programs, and no others", () => {
	const missing = findMissing(without("sipp", "ip"), true);
	expect(missing?.commands).toEqual([
		["apt-get", "update", "-q"],
		["apt-get", "install", "-q", "-y", "--no-install-recommends", "sip-tester", "iproute2"],
	]);
	expect(missing?.description).toBe("sipp (Debian package sip-tester), ip (Debian package iproute2)");
});

test("without root or without apt-get they are only named", () => {
	const description = "baresip (Debian package baresip-core)";
	expect(findMissing(without("baresip"), false)).toEqual({ description, commands: [] });
	expect(findMissing(without("baresip", "apt-get"), true)).toEqual({ description, commands: [] });
});

test("a program is looked for in PATH, a file by its path with wildcards", () => {
	const path = "/usr/bin:/bin";
	expect(findProgram("sh", path)).toEndWith("/sh");
	expect(findProgram("no-such-program", path)).toBeNull();
	expect(findProgram("/etc/pass*d", path)).toBe("/etc/passwd");
	expect(findProgram("/usr/lib/*/no-such-file.so", path)).toBeNull();
});
