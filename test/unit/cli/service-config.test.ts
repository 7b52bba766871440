import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serviceConfig } from "../../../src/cli/service-config.ts";

let folder: string;
let file: string;
let empty: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "service-config-"));
	file = join(folder, "etc.config");
	empty = join(folder, "empty");
	mkdirSync(empty);
	writeFileSync(file, "");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const found = { folder: "/var/lib/clicktocall" };

describe("the settings of the service", () => {
	test("are for who has none of their own, and begin in the service's folder", () => {
		expect(serviceConfig({}, empty, file)).toEqual({ ...found, file });
		expect(serviceConfig({ configFile: file }, empty, file)).toEqual({ ...found, file });
		expect(serviceConfig({ configFile: "../etc.config" }, empty, file)).toEqual({ ...found, file });
	});

	test("are not for who has named a file, or has one at hand", () => {
		expect(serviceConfig({ configFile: "mine" }, empty, file)).toBeUndefined();
		writeFileSync(join(empty, "clicktocall.config"), "");
		expect(serviceConfig({}, empty, file)).toBeUndefined();
		expect(serviceConfig({ configFile: file }, empty, file)).toEqual({ ...found, file });
	});

	test("are not there without a service", () => {
		rmSync(file);
		expect(serviceConfig({}, empty, file)).toBeUndefined();
	});
});
