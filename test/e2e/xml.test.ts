import { afterAll, beforeAll, expect, test } from "bun:test";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { ServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let phone: SimulatedPhone;

beforeAll(async () => {
	server = await ServerProcess.start({ settings: { MaxCalls: 0, MaxCallsPerSecond: 0 } });
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
});

afterAll(async () => {
	await phone.idle();
	await phone.stop();
	await server.stop();
});

/** Sends pieces one after the other and reads until `enough` says so, or the server closes. */
async function converse(
	pieces: readonly string[],
	enough: (received: string) => boolean,
	hostname = "127.0.0.1",
): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	const decoder = new TextDecoder();
	let received = "";
	const socket = await Bun.connect({
		hostname,
		port: server.xmlPort,
		socket: {
			data: (_socket, chunk) => {
				received += decoder.decode(chunk, { stream: true });
				if (enough(received)) resolve(received);
			},
			close: () => resolve(received),
			error: () => resolve(received),
		},
	});
	socket.setNoDelay(true);
	for (const piece of pieces) {
		socket.write(piece);
		socket.flush();
		await Bun.sleep(0);
	}
	const result = await promise;
	socket.end();
	return result;
}

/** A request laid out as in the manual; its results up to `</Request>` and white space repeat it. */
function request(initiator: string, destination: string, ref = ""): string {
	const more = ref ? `   <Ref>${ref}</Ref>\n` : "";
	return `<ClickToCall>\n <Request>\n   <Initiator>${initiator}</Initiator>\n   <Destination>${destination}</Destination>\n   <AnchorCall>false</AnchorCall>\n${more} </Request>\n</ClickToCall>`;
}

function answer(asked: string, ...lines: string[]): string {
	const echo = asked.slice(0, asked.indexOf("</ClickToCall>"));
	return `${echo}\r\n  <Response>\r\n${lines.map((line) => `    ${line}\r\n`).join("")}  </Response>\r\n</ClickToCall>`;
}

const ends = (text: string) => (received: string) => received.includes(text);

test("the results are byte for byte those of the C++ server", async () => {
	const [from, to] = [phone.uri("answer"), phone.uri("busy")];
	const asked = request(from, to);
	expect(await converse([asked], ends('Code="486"'))).toBe(
		[
			answer(
				asked,
				`<TranslatedInitiator>${from}</TranslatedInitiator>`,
				`<TranslatedDestination>${to}</TranslatedDestination>`,
				'<Result Code="100">In progress</Result>',
			),
			answer(asked, '<Result Code="180" Leg="Initiator">Ringing initiator</Result>'),
			answer(asked, '<Result Code="200" Leg="Initiator">Connected to initiator</Result>'),
			answer(asked, '<Result Code="486" Leg="Destination">Failed to connect to destination</Result>'),
		].join(""),
	);
});

test("a request may come byte by byte, and over IPv6", async () => {
	const asked = request(phone.uri("busy"), phone.uri("answer"));
	const received = await converse([...asked], ends('Code="486"'), "::1");
	expect(received).toEndWith(
		answer(asked, '<Result Code="486" Leg="Initiator">Failed to connect to initiator</Result>'),
	);
});

test("pipelined requests each get their chain, told apart by what they hold", async () => {
	const asked = ["one", "two", "three"].map((ref) => request(phone.uri("answer"), phone.uri("busy"), ref));
	const received = await converse([asked.join("\n\n")], (text) => text.split('Code="486"').length === 4);
	for (const ref of ["one", "two", "three"]) {
		const codes = received
			.split("</ClickToCall>")
			.filter((part) => part.includes(`<Ref>${ref}</Ref>`))
			.map((part) => /Code="(\d+)"/.exec(part)?.[1]);
		expect(codes).toEqual(["100", "180", "200", "486"]);
	}
});

test("a request without rule, method or parts is refused in the C++ server's words", async () => {
	const asked = request("nobody knows", "x");
	expect(await converse([asked], ends("</ClickToCall>"))).toBe(
		answer(
			asked,
			'<Result Code="400">No translation rule for either initiator nobody knows or destination x</Result>',
		),
	);
	expect(await converse(["<Other><Request></Request></Other>"], ends("</Other>"))).toContain(
		'<Result Code="400">Unknown method</Result>',
	);
	expect(
		await converse(["<ClickToCall><Request></Request></ClickToCall>"], ends("</ClickToCall>")),
	).toContain('<Result Code="400">Missing initiator and/or destination tags</Result>');
});

test("what is too large, too deep or declares a document type is refused and the connection closed", async () => {
	for (const bad of [
		`<ClickToCall>${" ".repeat(70_000)}`,
		"<a>".repeat(17),
		'<!DOCTYPE x [<!ENTITY a "b">]><ClickToCall/>',
	]) {
		expect(await converse([bad], () => false)).toContain("Parse error");
	}
});

test("a call goes on when its client has left", async () => {
	const asked = request(phone.uri("answer-300ms"), phone.uri("answer"), "left");
	const answered = phone.when("answered", (call) => call.user === "answer" && call.direction === "incoming");
	await converse([asked], ends('Code="100"'));
	await answered;
	phone.hangup();
	await phone.idle();
	expect(phone.faults).toEqual([]);
});
