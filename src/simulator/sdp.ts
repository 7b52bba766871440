/** Direction of a media stream, as seen by the author of the description (RFC 3264 section 5.1). */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** One m-line with the lines that belong to it. */
export interface MediaLine {
	readonly kind: string;
	/** 0: refused or disabled. */
	readonly port: number;
	readonly protocol: string;
	readonly formats: readonly string[];
	readonly direction: Direction;
	readonly address: string;
	/** Encoding names by format, from the rtpmap attributes, in lower case. */
	readonly encodings: ReadonlyMap<string, string>;
	/** Values of the crypto attributes (RFC 4568). */
	readonly cryptos: readonly string[];
}

/** The o= line (RFC 4566 section 5.2). */
export interface Origin {
	readonly user: string;
	readonly id: string;
	readonly version: bigint;
	readonly address: string;
}

/** A session description as a phone reads it. */
export interface Description {
	readonly origin: Origin;
	readonly media: readonly MediaLine[];
	/** Every line except the o= line: a new version must differ in this. */
	readonly content: string;
	/** What is wrong with its form. */
	readonly defects: readonly string[];
}

const DIRECTIONS: readonly string[] = ["sendrecv", "sendonly", "recvonly", "inactive"];
const NO_ORIGIN: Origin = { user: "", id: "", version: 0n, address: "" };

interface OpenMedia {
	kind: string;
	port: number;
	protocol: string;
	formats: string[];
	direction: Direction;
	address: string;
	encodings: Map<string, string>;
	cryptos: string[];
}

/** Parses a session description; faults of form are collected, never thrown. */
export function readDescription(text: string): Description {
	const defects: string[] = [];
	const lines = text.split("\r\n");
	if (lines.pop() !== "") defects.push("SDP does not end with CRLF");
	if (lines[0] !== "v=0") defects.push("SDP does not begin with v=0");
	let origin: Origin | undefined;
	let address = "";
	let direction: Direction = "sendrecv";
	const media: OpenMedia[] = [];
	const kinds = new Set<string>();
	for (const line of lines) {
		const value = line.slice(2);
		const open = media[media.length - 1];
		if (line.charAt(1) !== "=" || line.includes("\n") || line.includes("\r")) {
			defects.push(`SDP line without a type: "${line}"`);
			continue;
		}
		if (open === undefined) kinds.add(line.charAt(0));
		switch (line.charAt(0)) {
			case "o":
				origin = readOrigin(value, defects);
				break;
			case "c":
				if (open === undefined) address = readConnection(value, defects);
				else open.address = readConnection(value, defects);
				break;
			case "m":
				media.push(readMedia(value, address, direction, defects));
				break;
			case "a":
				if (DIRECTIONS.includes(value)) {
					if (open === undefined) direction = value as Direction;
					else open.direction = value as Direction;
				} else if (open !== undefined && value.startsWith("rtpmap:")) {
					const [format = "", encoding = ""] = value.slice(7).split(" ");
					open.encodings.set(format, encoding.toLowerCase());
				} else if (open !== undefined && value.startsWith("crypto:")) open.cryptos.push(value.slice(7));
				break;
			default:
		}
	}
	for (const type of "ost") if (!kinds.has(type)) defects.push(`SDP has no ${type}= line`);
	if (media.some((line) => line.address === "" && line.port !== 0)) defects.push("SDP has no c= line");
	if (media.length === 0) defects.push("SDP has no m= line");
	const content = lines.filter((line) => !line.startsWith("o=")).join("\r\n");
	return { origin: origin ?? NO_ORIGIN, media, content, defects };
}

function readOrigin(value: string, defects: string[]): Origin {
	const [user = "", id = "", version = "", net = "", type = "", address = ""] = value.split(" ");
	const numbers = isDigits(id) && isDigits(version);
	if (!numbers || net !== "IN" || !fits(type, address))
		defects.push(`SDP has a bad origin line "o=${value}"`);
	checkAddress(address, "o=", defects);
	return { user, id, version: numbers ? BigInt(version) : 0n, address };
}

function readConnection(value: string, defects: string[]): string {
	const [net = "", type = "", address = ""] = value.split(" ");
	if (net !== "IN" || !fits(type, address)) defects.push(`SDP has a bad connection line "c=${value}"`);
	checkAddress(address, "c=", defects);
	return address;
}

function fits(type: string, address: string): boolean {
	return type === "IP4"
		? !address.includes(":") && address !== ""
		: type === "IP6" && !address.startsWith("[");
}

function checkAddress(address: string, line: string, defects: string[]): void {
	if (address === "0.0.0.0" || address === "::" || address.toLowerCase().startsWith("::ffff:")) {
		defects.push(`SDP has the address ${address} in its ${line} line, which nobody can reach`);
	}
}

function readMedia(value: string, address: string, direction: Direction, defects: string[]): OpenMedia {
	const [kind = "", port = "", protocol = "", ...formats] = value.split(" ");
	if (!isDigits(port) || Number(port) > 65535 || formats.length === 0) {
		defects.push(`SDP has a bad media line "m=${value}"`);
	}
	const media = { kind, port: Number(port) || 0, protocol, formats, direction, address };
	return { ...media, encodings: new Map(), cryptos: [] };
}

function isDigits(text: string): boolean {
	if (text === "") return false;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (code < 48 || code > 57) return false;
	}
	return true;
}
