import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { parseAddress } from "../net/address.ts";
import {
	bitString,
	element,
	integer,
	objectIdentifier,
	octetString,
	sequence,
	set,
	time,
	trueValue,
	utf8String,
} from "./der.ts";

/** A new pair, PEM. */
export interface SelfSignedPair {
	readonly certificate: string;
	readonly key: string;
}

const DAY = 86_400_000;

/** How long it is valid: the most that browsers accept of a certificate that its user has installed. */
const VALID_DAYS = 825;

/** Clocks of clients may be behind. */
const EARLIER = DAY;

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

/** Most characters of a common name (RFC 5280, ub-common-name). */
const MAX_COMMON_NAME = 64;

/**
 * Makes a key (P-256) and a certificate that it signs itself (RFC 5280), for a server and nothing else: nobody who
 * trusts it trusts others that are signed with its key.
 *
 * @param names host names and IP addresses that clients use, at least one.
 * @param now milliseconds since 1970.
 */
export function makeSelfSigned(names: readonly string[], now: number): SelfSignedPair {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const algorithm = sequence(objectIdentifier(ECDSA_WITH_SHA256));
	const commonName = utf8String((names[0] ?? "").slice(0, MAX_COMMON_NAME));
	const name = sequence(set(sequence(objectIdentifier(COMMON_NAME), commonName)));
	const extensions = sequence(
		extension(BASIC_CONSTRAINTS, sequence(), true),
		// digitalSignature, the first of its bits.
		extension(KEY_USAGE, bitString(Buffer.from([0x80]), 7), true),
		extension(EXTENDED_KEY_USAGE, sequence(objectIdentifier(SERVER_AUTHENTICATION))),
		extension(SUBJECT_ALTERNATIVE_NAME, sequence(...names.map(alternativeName))),
	);
	const body = sequence(
		element(0xa0, integer(Buffer.from([2]))),
		integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
		algorithm,
		name,
		sequence(time(now - EARLIER), time(now + VALID_DAYS * DAY)),
		name,
		publicKey.export({ type: "spki", format: "der" }),
		element(0xa3, extensions),
	);
	const certificate = sequence(body, algorithm, bitString(sign("sha256", body, privateKey)));
	return {
		certificate: pem("CERTIFICATE", certificate),
		key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
	};
}

function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
	return sequence(objectIdentifier(id), ...(critical ? [trueValue()] : []), octetString(value));
}

function alternativeName(name: string): Uint8Array {
	return isIP(name) > 0 ? element(0x87, addressBytes(name)) : element(0x82, Buffer.from(name));
}

function addressBytes(text: string): Uint8Array {
	const address = parseAddress(text);
	const digits = (address?.value ?? 0n).toString(16).padStart(address?.family === 6 ? 32 : 8, "0");
	return Buffer.from(digits, "hex");
}

function pem(label: string, bytes: Uint8Array): string {
	const lines =
		Buffer.from(bytes)
			.toString("base64")
			.match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
