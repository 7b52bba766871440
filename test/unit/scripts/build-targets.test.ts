import { expect, test } from "bun:test";
import { readTargets, TARGET_NAMES, UnknownTargetError } from "../../../scripts/build-targets.ts";

test("without a target it builds for this machine, into dist/clicktocall", () => {
	expect(readTargets([], false)).toEqual([{ file: "dist/clicktocall" }]);
	expect(readTargets([], true)).toEqual([{ file: "dist/clicktocall.exe" }]);
});

test("each target has its own runtime and its own file", () => {
	expect(
		readTargets(TARGET_NAMES).map(({ name, bunTarget, file }) => `${name} ${bunTarget} ${file}`),
	).toEqual([
		"linux-arm64 bun-linux-arm64 dist/clicktocall-linux-arm64",
		"linux-x64 bun-linux-x64 dist/clicktocall-linux-x64",
		"linux-arm64-musl bun-linux-arm64-musl dist/clicktocall-linux-arm64-musl",
		"linux-x64-musl bun-linux-x64-musl dist/clicktocall-linux-x64-musl",
		"windows-x64 bun-windows-x64 dist/clicktocall-windows-x64.exe",
		"darwin-arm64 bun-darwin-arm64 dist/clicktocall-darwin-arm64",
	]);
});

test("a target that is named twice is built once", () => {
	expect(readTargets(["linux-x64", "darwin-arm64", "linux-x64"]).map(({ name }) => name)).toEqual([
		"linux-x64",
		"darwin-arm64",
	]);
});

test("an unknown target is refused with all that are wrong and all that are known", () => {
	const known = "linux-arm64, linux-x64, linux-arm64-musl, linux-x64-musl, windows-x64, darwin-arm64";
	expect(() => readTargets(["linux-x64", "amiga"])).toThrow(new UnknownTargetError(["amiga"]));
	expect(new UnknownTargetError(["amiga"]).message).toBe(`unknown target "amiga", expected one of: ${known}`);
	expect(new UnknownTargetError(["a", "b"]).message).toBe(
		`unknown targets "a", "b", expected one of: ${known}`,
	);
});

test("a name that every object has is no target", () => {
	expect(() => readTargets(["constructor"])).toThrow(UnknownTargetError);
});

test("scripts/build ends with 2 for an unknown target, and writes nothing", () => {
	const build = Bun.spawnSync([process.execPath, "scripts/build.ts", "linux-x64", "amiga"], {
		cwd: `${import.meta.dir}/../../..`,
	});
	expect(build.stderr.toString()).toStartWith('build: unknown target "amiga", expected one of: linux-arm64,');
	expect(build.stdout.toString()).toBe("");
	expect(build.exitCode).toBe(2);
});
