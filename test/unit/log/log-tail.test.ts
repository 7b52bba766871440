import { expect, test } from "bun:test";
import { FileLogger } from "../../../src/log/file-logger.ts";
import { LogTail } from "../../../src/log/log-tail.ts";

test("the last lines are kept, oldest first, however many come", () => {
	const tail = new LogTail(3);
	expect(tail.lines).toEqual([]);
	for (let line = 1; line <= 100; line += 1) {
		tail.add(`${line}\n`);
		expect(tail.lines).toEqual([line - 2, line - 1, line].filter((kept) => kept > 0).map(String));
	}
});

test("a line is kept up to a length, never half a character of it", () => {
	const tail = new LogTail();
	tail.add(`${"x".repeat(4094)}😀 and more\n`);
	expect(tail.lines[0]).toBe(`${"x".repeat(4094)}\uFFFD…`);
});

test("the tail has what the file has: lines of the level, without credentials", async () => {
	const tail = new LogTail();
	const log = new FileLogger({ level: "STACK", path: "", maxLines: 0, tail: tail.add });
	log
		.child({ part: "sip" })
		.stack(
			'send\nREGISTER sip:example.com SIP/2.0\r\nAuthorization: Digest username="me", response="0123"\r\n' +
				"Proxy-Authorization: Basic c2VjcmV0\r\nTo: <sip:me:secret@example.com>\r\n\r\na=crypto:1 AES inline:KEY\r\n",
		);
	log.setLevel("ERR");
	log.warning("too much");
	log.err("enough");
	expect(tail.lines).toHaveLength(2);
	const [dump = "", error = ""] = tail.lines;
	expect(dump).toContain("\n    Authorization: Digest (hidden)\n    Proxy-Authorization: Basic (hidden)\n");
	expect(dump).toContain("sip:me:(hidden)@example.com");
	for (const secret of ["0123", "c2VjcmV0", "secret", "KEY"]) expect(dump).not.toContain(secret);
	expect(error).toEndWith("ERR     - - enough");
	await log.close();
});
