import { LoggerFactory, OutgoingRequestMessage, Parser, type URI } from "sip.js/lib/core/index.js";
import { NULL_LOGGER } from "../../src/log/null-logger.ts";
import { OutgoingRequest, Party, type RequestAuthor } from "../../src/sip/leg/outgoing-request.ts";
import { routeRequest } from "../../src/sip/leg/route-set.ts";
import { StreamFramer } from "../../src/sip/message/framer.ts";
import { readMessage } from "../../src/sip/message/reader.ts";
import { parseUri } from "../../src/sip/message/uri.ts";
import { makeResponse, stampVia } from "../../src/sip/message/writer.ts";
import { compileRules } from "../../src/translate/compile-rules.ts";
import type { BarRecord, PlainRecord } from "./report.ts";

const BODY = [
	"v=0",
	"o=phone46370 46370 1 IN IP4 192.0.2.17",
	"s=-",
	"c=IN IP4 192.0.2.17",
	"t=0 0",
	"m=audio 46370 RTP/AVP 0 101",
	"a=rtpmap:0 PCMU/8000",
	"a=rtpmap:101 telephone-event/8000",
	"a=sendrecv",
	"",
].join("\r\n");

const HEADERS = [
	"Via: SIP/2.0/UDP 192.0.2.1:5072;branch=z9hG4bK4b579403ce2e2c26d978cb43;rport=5072;received=192.0.2.1",
	'From: "Click-To-Call: answer" <sip:click2call@example.com>;tag=698edbf7a9c1',
	"To: <sip:answer@192.0.2.17:6001>;tag=t6001ye9alqe9199",
	"Call-ID: 5f3a9c1e77b24d0c9a1e4b6f",
	"CSeq: 1 INVITE",
	"Contact: <sip:answer@192.0.2.17:6001>",
	"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, MESSAGE, REFER, NOTIFY",
	"User-Agent: phone/1.0 of a usual length",
	"Content-Type: application/sdp",
	`Content-Length: ${BODY.length}`,
];
const RESPONSE_TEXT = `SIP/2.0 200 OK\r\n${HEADERS.join("\r\n")}\r\n\r\n${BODY}`;

const IDENTITY = uri("sip:click2call@example.com");
const TARGET = uri("sip:answer@192.0.2.17:6001");
const CALL_ID = "5f3a9c1e77b24d0c9a1e4b6f";
const AUTHOR: RequestAuthor = {
	userAgent: "ClickToCall",
	allow: "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, MESSAGE, UPDATE, PRACK",
	supported: "replaces, timer, norefersub, 100rel",
	contact: "sip:5f3a9c1e77b24d0c",
	authenticator: undefined,
};

/** What the small parts cost. */
export interface MicroFigures {
	readonly bars: readonly BarRecord[];
	readonly plain: readonly PlainRecord[];
}

/** Microseconds an operation: reader, writer and translator, and SIP.js doing the same. */
export async function measureMicro(quick: boolean): Promise<MicroFigures> {
	const fast = quick ? 5000 : 20_000;
	const slow = quick ? 50 : 200;
	const response = new TextEncoder().encode(RESPONSE_TEXT);
	const logger = new LoggerFactory().getLogger("bench");
	const framer = new StreamFramer({ onMessage: () => undefined, onKeepAlive: () => undefined });
	const request = sampleRequest();
	const translator = await compileRules(
		[
			{ pattern: "^(sips?:.*)$", output: "$1", file: "bench", line: 1 },
			{ pattern: "^\\+?(\\d{7,15})$", output: "sip:$1@gw.example.com", file: "bench", line: 3 },
		],
		NULL_LOGGER,
	);
	const reading = microseconds(fast, () => readMessage(response));
	const theirReading = microseconds(slow, () => Parser.parseMessage(RESPONSE_TEXT, logger));
	const writing = microseconds(fast, writeInvite);
	const theirWriting = microseconds(slow * 10, writeInviteWithSipJs);
	const plain = [
		["SIP.js's parser on the same response", theirReading],
		["the same response out of a stream", microseconds(fast, () => framer.push(response))],
		["writing an INVITE", writing],
		["SIP.js writing an INVITE", theirWriting],
		["answering a request", microseconds(fast, () => answer(request))],
		["translating an address by the first rule", microseconds(fast, () => translator.translate("sip:a@b.c"))],
		["translating by the second rule", microseconds(fast, () => translator.translate("+19055551234"))],
	] as const;
	translator.dispose();
	return {
		bars: [
			{
				what: `reading a SIP response of ${response.length} bytes`,
				figure: reading,
				unit: "µs",
				atMost: 10,
				below: true,
				detail: `SIP.js takes ${(theirReading / reading).toFixed(0)} times as long`,
			},
		],
		plain: plain.map(([what, figure]) => ({ what, figure, unit: "µs" })),
	};
}

/** The best of five rounds: what the operation takes when nothing disturbs it. */
function microseconds(count: number, run: () => unknown): number {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 5; round++) {
		const start = performance.now();
		for (let index = 0; index < count; index++) run();
		best = Math.min(best, ((performance.now() - start) * 1000) / count);
	}
	return best;
}

function writeInvite(): string {
	const content = {
		callId: CALL_ID,
		cseq: 1,
		extraHeaders: ["Session-Expires: 1800", "Min-SE: 90"],
		body: { contentDisposition: "session", contentType: "application/sdp", content: BODY },
	};
	const from = new Party(IDENTITY, "698edbf7a9c1", "Click-To-Call: answer");
	const to = new Party(TARGET, undefined, "");
	const request = new OutgoingRequest("INVITE", content, routeRequest(TARGET, []), from, to, AUTHOR);
	return request.write().write("UDP 192.0.2.1:5072", "z9hG4bK4b579403ce2e2c26d978cb43", "192.0.2.1:5072");
}

function writeInviteWithSipJs(): string {
	const request = new OutgoingRequestMessage(
		"INVITE",
		TARGET,
		IDENTITY,
		TARGET,
		{ callId: CALL_ID, cseq: 1, fromTag: "698edbf7a9c1", fromDisplayName: "Click-To-Call: answer" },
		["Session-Expires: 1800", "Min-SE: 90"],
		{ contentDisposition: "session", contentType: "application/sdp", content: BODY },
	);
	request.setViaHeader("z9hG4bK4b579403", "UDP");
	return request.toString();
}

type Request = ReturnType<typeof sampleRequest>;

function sampleRequest() {
	const text = RESPONSE_TEXT.replace("SIP/2.0 200 OK", "INVITE sip:answer@192.0.2.17 SIP/2.0");
	const read = readMessage(new TextEncoder().encode(text));
	if (read.kind !== "request") throw new Error("the sample request could not be read");
	return read.message;
}

function answer(request: Request): string {
	stampVia(request, "192.0.2.99", 5060);
	return makeResponse(request, 200, { toTag: "a73kszlfl" });
}

function uri(text: string): URI {
	const parsed = parseUri(text);
	if (!parsed) throw new Error(`${text} could not be read`);
	return parsed;
}
