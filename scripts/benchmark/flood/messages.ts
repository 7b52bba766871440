/** The ports that are flooded, in this order. */
export const FLOODS = ["sip-udp", "sip-tcp", "xml", "http"] as const;

export type FloodKind = (typeof FLOODS)[number];

/** A request that is refused only after all of it has been read: as many elements as fit. */
const HEAVY_XML = `<ClickToCall><Request><Initiator></Initiator>${"<x a='1'/>".repeat(5900)}</Request></ClickToCall>\n`;
const LIGHT_XML = "<ClickToCall><Request><Initiator></Initiator></Request></ClickToCall>\n";
const PATHS = ["/healthz", "/index.html", "/api/v1/calls", "/nothing"];

/** Makes the messages of a flood. @returns the one with this number, from this port. */
export function floodMessages(kind: FloodKind): (number: number, port: number) => string {
	switch (kind) {
		case "sip-udp":
			return (number, port) => sipRequest(number, port, "UDP");
		case "sip-tcp":
			return (number, port) => sipRequest(number, port, "TCP");
		case "xml":
			return (number) => (number % 10 === 0 ? HEAVY_XML : LIGHT_XML);
		case "http":
			return (number) => `GET ${PATHS[number % PATHS.length]} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
	}
}

/** Strangers' requests: those that are answered, those that are not, and those that belong to nothing. */
const METHODS = ["OPTIONS", "INVITE", "ACK", "BYE", "MESSAGE", "REGISTER"];

function sipRequest(number: number, port: number, transport: string): string {
	const method = METHODS[number % METHODS.length] ?? "OPTIONS";
	const place = `127.0.0.2:${port}`;
	return (
		`${method} sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/${transport} ${place};branch=z9hG4bKf${number}p${port};rport\r\n` +
		`Max-Forwards: 70\r\nFrom: <sip:flood@${place}>;tag=f${number}\r\nTo: <sip:x@127.0.0.1>${method === "ACK" || method === "BYE" ? ";tag=y" : ""}\r\n` +
		`Call-ID: f${number}@${place}\r\nCSeq: 1 ${method}\r\nContact: <sip:flood@${place}>\r\nContent-Length: 0\r\n\r\n`
	);
}
