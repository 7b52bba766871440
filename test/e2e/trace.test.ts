/** The command that draws calls from a log. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

/** The text of the log, once it holds this: lines are written about once a second. */
async function logWith(server: ServerProcess, pattern: RegExp): Promise<string> {
	const file = join(server.folder, "clicktocall.log");
	const read = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
	while (!pattern.test(read())) await Bun.sleep(50);
	return read();
}

test("trace lists the calls of a log, draws one with both legs, and writes it as a capture", async () => {
	const server = await ServerProcess.start();
	const [first, second] = await Promise.all([
		SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" }),
		SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "TCP" }),
	]);
	const client = await XmlClient.connect(server.xmlPort);
	const call = client.place({
		initiator: first.uri("alice"),
		destination: second.uri("bob"),
		anchor: true,
	});
	await call.final;
	first.hangup();
	await Promise.all([first.idle(), second.idle()]);
	const refused = client.place({
		initiator: first.uri("busy"),
		destination: second.uri("bob"),
		anchor: true,
	});
	await refused.final;
	const log = await logWith(server, /486 Initiator/);
	const [id = ""] = /(?<=call )[0-9a-f]{16}(?= )/.exec(log) ?? [];

	const list = await server.run("trace", "clicktocall.log");
	expect(list.exitCode).toBe(0);
	expect(list.stdout.split("\n").filter((line) => line.includes(" INVITE sip:"))).toHaveLength(2);
	expect(list.stdout).toContain(id);

	const drawn = await server.run("trace", "clicktocall.log", id, "--pcap", "call.pcap");
	expect(drawn.exitCode).toBe(0);
	expect(drawn.stdout).toMatch(/127\.0\.0\.1:\d+ UDP +server +127\.0\.0\.1:\d+ TCP/);
	expect(drawn.stdout).toMatch(/│◀─+ re-INVITE \+SDP ─+│/);
	expect(drawn.stdout).toMatch(/│─+ BYE ─+▶│/);
	expect(drawn.stdout).toContain("200 Destination: Connected to destination");
	expect(readFileSync(join(server.folder, "call.pcap")).readUInt32LE(0)).toBe(0xa1b2c3d4);

	expect((await server.run("trace", "clicktocall.log", "none")).exitCode).toBe(1);
	const wrong = await server.run("trace", "clicktocall.config");
	expect(wrong.exitCode).toBe(2);
	expect(wrong.stderr).toContain("LogLevel = STACK");
	expect((await server.run("trace")).exitCode).toBe(2);
	client.stop();
	await Promise.all([first.stop(), second.stop()]);
	await server.stop();
});
