import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigVersions } from "../../../src/appliance/config-versions.ts";

test("going back to a version that is needed goes back over all that came after it, with their files", () => {
	const folder = mkdtempSync(join(tmpdir(), "versions-"));
	try {
		const config = join(folder, "clicktocall.config");
		writeFileSync(config, "");
		const versions = new ConfigVersions(config);
		const [certificate, key] = ["certificate.pem", "key.pem"].map((name) => join(folder, name));
		const text = (content: string) => Buffer.from(content);
		for (let id = 1; id <= 20; id += 1) {
			const files = [
				...(id > 2 && certificate ? [{ path: certificate, content: text(`certificate before ${id}`) }] : []),
				...(id > 4 && key ? [{ path: key, content: id === 5 ? undefined : text(`key before ${id}`) }] : []),
			];
			versions.keep(text(`${id}`), text(`${id + 1}`), { at: id, who: "admin", needed: [2, 6] }, files);
		}
		expect(versions.list().map(({ id }) => id)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 6, 2]);
		const before = (id: number) =>
			Object.fromEntries(versions.filesBefore(id).map(({ path, content }) => [path, content?.toString()]));
		expect(before(2)).toEqual({ [`${certificate}`]: "certificate before 3", [`${key}`]: undefined });
		expect(before(6)).toEqual({ [`${certificate}`]: "certificate before 6", [`${key}`]: "key before 6" });
		expect(before(11)).toEqual({ [`${certificate}`]: "certificate before 11", [`${key}`]: "key before 11" });
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
