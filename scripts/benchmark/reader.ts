/**
 * Micro-benchmark: microseconds to read one SIP response of about 700 bytes, ours against SIP.js's own
 * parser, and to write one.
 *
 * @example bun scripts/benchmark/reader.ts
 */
import { LoggerFactory, Parser } from "sip.js/lib/core/index.js";
import { StreamFramer } from "../../src/sip/message/framer.ts";
import { readMessage } from "../../src/sip/message/reader.ts";
import { inspectOutgoing, makeResponse, stampVia } from "../../src/sip/message/writer.ts";

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
	"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY",
	"Content-Type: application/sdp",
	`Content-Length: ${BODY.length}`,
];
const encoder = new TextEncoder();
const responseText = `SIP/2.0 200 OK\r\n${HEADERS.join("\r\n")}\r\n\r\n${BODY}`;
const response = encoder.encode(responseText);
const request = readMessage(
	encoder.encode(responseText.replace("SIP/2.0 200 OK", "INVITE sip:answer@192.0.2.17 SIP/2.0")),
);
if (request.kind !== "request") throw new Error("The sample request could not be read");

const logger = new LoggerFactory().getLogger("bench");
const framer = new StreamFramer({ onMessage: () => undefined, onKeepAlive: () => undefined });
const sample = request.message;

console.log(`${response.length} bytes, microseconds an operation, best of 5`);
report("readMessage", 20_000, () => readMessage(response));
report("SIP.js Parser.parseMessage", 100, () => Parser.parseMessage(responseText, logger));
report("StreamFramer.push", 20_000, () => framer.push(response));
report("stampVia + makeResponse", 20_000, () => {
	stampVia(sample, "192.0.2.99", 5060);
	return makeResponse(sample, 200, { toTag: "a73kszlfl" });
});
report("inspectOutgoing", 20_000, () => inspectOutgoing(responseText));

function report(name: string, count: number, run: () => unknown): void {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 5; round++) {
		const start = performance.now();
		for (let index = 0; index < count; index++) run();
		best = Math.min(best, ((performance.now() - start) * 1000) / count);
	}
	console.log(`${name.padEnd(28)} ${best.toFixed(2)}`);
}
