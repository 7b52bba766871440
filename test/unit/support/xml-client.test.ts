import { expect, test } from "bun:test";
import { XmlClient } from "../../support/xml-client.ts";

function answer(ref: string, result: string): string {
	const request = `<ClickToCall>\n <Request>\n   <Ref>${ref}</Ref>\n </Request>\n`;
	return `${request}\r\n  <Response>\r\n    ${result}\r\n  </Response>\r\n</ClickToCall>`;
}

test("results are sorted by their Ref, and the final one ends the chain", async () => {
	const lines = [
		answer("a", '<Result Code="100">In progress</Result>'),
		answer("b &amp; c", '<Result Code="100">In progress</Result>'),
		answer("b &amp; c", '<Result Code="486" Leg="Initiator">Failed to connect to initiator</Result>'),
		answer("a", '<Result Code="200" Leg="Initiator">Connected to initiator</Result>'),
		answer("a", '<Result Code="200" Leg="Destination">Connected to destination</Result>'),
	].join("");
	const server = Bun.listen({
		hostname: "127.0.0.1",
		port: 0,
		socket: {
			data(socket) {
				socket.write(lines.slice(0, 150));
				socket.end(lines.slice(150));
			},
		},
	});
	const client = await XmlClient.connect(server.port);
	const first = client.place({ initiator: "sip:a@b", destination: "<&>", anchor: true, ref: "a" });
	const second = client.place({ initiator: "x", destination: "y", ref: "b & c" });
	await first.reached("200 Initiator");
	expect(await first.finished()).toEqual(["100", "200 Initiator", "200 Destination"]);
	expect(await second.finished()).toEqual(["100", "486 Initiator"]);
	expect((await second.final).text).toBe("Failed to connect to initiator");
	await client.closed;
	server.stop(true);
});

test("a call without a final result fails when the connection is closed", async () => {
	const server = Bun.listen({
		hostname: "127.0.0.1",
		port: 0,
		socket: { data: (socket) => void socket.end() },
	});
	const client = await XmlClient.connect(server.port);
	const call = client.place({ initiator: "a", destination: "b" });
	expect(call.final).rejects.toThrow("the XML connection was closed");
	await client.closed;
	server.stop(true);
});
