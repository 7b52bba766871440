import { afterEach, expect, test } from "bun:test";
import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormError } from "../../../../src/http/upload/form-parts.ts";
import { receiveForm, sweepUploads } from "../../../../src/http/upload/receive-form.ts";
import { uploadLimit } from "../../../../src/http/upload/uploads.ts";

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "upload-"));
	folders.push(folder);
	return folder;
}

function post(form: FormData): Request {
	return new Request("http://box/setup/update", { method: "POST", body: form });
}

const OCTETS = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251);

test("a form comes with its fields and files, and leaves nothing behind", async () => {
	const folder = newFolder();
	const form = new FormData();
	form.set("password", "gehäim");
	form.set("file", new File([OCTETS], "ä b.deb"));
	form.set("other", new File([], ""));
	{
		using received = await receiveForm(post(form), join(folder, "below"));
		expect(received.fields.get("password")).toBe("gehäim");
		expect([...received.files.keys()]).toEqual(["file"]);
		const file = received.files.get("file");
		expect(file).toMatchObject({ name: "ä b.deb", octets: OCTETS.length });
		expect(readFileSync(file?.path ?? "").equals(OCTETS)).toBe(true);
		expect(statSync(file?.path ?? "").mode & 0o077).toBe(0);
	}
	expect(readdirSync(join(folder, "below"))).toEqual([]);
});

test("a form that is cut off leaves nothing, and says so", async () => {
	const folder = newFolder();
	const form = new FormData();
	form.set("file", new File([OCTETS], "x.deb"));
	const whole = post(form);
	const body = new Uint8Array(await whole.clone().arrayBuffer());
	for (const end of [body.length - 10, 200_000, 60, 0]) {
		const headers = whole.headers;
		const request = new Request(whole.url, { method: "POST", headers, body: body.subarray(0, end) });
		const error: unknown = await receiveForm(request, folder).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(FormError);
	}
	expect(readdirSync(folder)).toEqual([]);
});

test("a client that leaves ends what is written for it", async () => {
	const folder = newFolder();
	const form = new FormData();
	form.set("file", new File([OCTETS], "x.deb"));
	const whole = post(form);
	const bytes = new Uint8Array(await whole.clone().arrayBuffer());
	const body = new ReadableStream<Uint8Array>({
		pull(controller) {
			controller.enqueue(bytes.slice(0, 100_000));
			controller.error(new Error("gone"));
		},
	});
	const headers = whole.headers;
	const request = new Request(whole.url, { method: "POST", headers, body, duplex: "half" });
	await expect(receiveForm(request, folder)).rejects.toThrow(FormError);
	expect(readdirSync(folder)).toEqual([]);
});

test("too many parts, a field that is too long, and other forms are refused", async () => {
	const folder = newFolder();
	const many = new FormData();
	for (let count = 0; count < 50; count += 1) many.append("field", "x");
	const long = new FormData();
	long.set("password", "x".repeat(70_000));
	const plain = new Request("http://box/", { method: "POST", body: new URLSearchParams("a=b") });
	for (const request of [post(many), post(long), plain])
		await expect(receiveForm(request, folder)).rejects.toThrow(FormError);
	expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
});

test("a form in the smallest pieces is the same form", async () => {
	const form = new FormData();
	form.set("one", "a\r\n--b\r\n\r\n-");
	form.set("file", new File(["\r\n-\r\n--"], 'x"y'));
	const whole = post(form);
	const octets = new Uint8Array(await whole.clone().arrayBuffer());
	for (const size of [1, 2, 3, 7, 61]) {
		let at = 0;
		const body = new ReadableStream<Uint8Array>({
			pull(controller) {
				if (at >= octets.length) return controller.close();
				controller.enqueue(octets.slice(at, at + size));
				at += size;
			},
		});
		const request = new Request(whole.url, { method: "POST", headers: whole.headers, body, duplex: "half" });
		using received = await receiveForm(request, newFolder());
		expect(received.fields.get("one")).toBe("a\r\n--b\r\n\r\n-");
		const file = received.files.get("file");
		expect([file?.name, readFileSync(file?.path ?? "", "utf8")]).toEqual(['x"y', "\r\n-\r\n--"]);
	}
});

test("only the pages that take files take more than others", () => {
	expect(uploadLimit("POST", "/setup/update")).toBeGreaterThan(256 * 1_048_576);
	for (const [method, path] of [
		["GET", "/setup/update"],
		["POST", "/setup"],
		["POST", "/calls"],
		["POST", "constructor"],
	] as const)
		expect(uploadLimit(method, path)).toBeUndefined();
});

test("what a crash has left is swept: in a shared folder after an hour, before the next form, and in an own one at once", async () => {
	const folder = newFolder();
	const names = [".upload-old", ".upload-fresh", "another"];
	for (const name of names) writeFileSync(join(folder, name), "x");
	const old = Date.now() / 1000 - 3601;
	utimesSync(join(folder, ".upload-old"), old, old);
	utimesSync(join(folder, "another"), old, old);
	const form = new FormData();
	form.set("file", new File([OCTETS], "x.deb"));
	(await receiveForm(post(form), folder))[Symbol.dispose]();
	expect(readdirSync(folder).sort()).toEqual([".upload-fresh", "another"]);
	sweepUploads(folder, Number.POSITIVE_INFINITY);
	expect(readdirSync(folder)).toEqual(["another"]);
	sweepUploads(join(folder, "none"), 0);
});
