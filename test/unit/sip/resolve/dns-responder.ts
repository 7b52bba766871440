import type { NaptrRecord, SrvRecord } from "../../../../src/sip/resolve/service-source.ts";

type Type = "A" | "AAAA" | "SRV" | "NAPTR";

/** What is known of one name. */
interface Records {
	readonly a?: readonly string[];
	readonly aaaa?: readonly string[];
	readonly srv?: readonly SrvRecord[];
	readonly naptr?: readonly NaptrRecord[];
	/** Seconds; 60 when left out. */
	readonly ttl?: number;
	/** These questions are never answered. */
	readonly silent?: readonly Type[];
	/** These questions are refused. */
	readonly refused?: readonly Type[];
}

const TYPES: Readonly<Record<number, Type>> = { 1: "A", 28: "AAAA", 33: "SRV", 35: "NAPTR" };
const NAME_ERROR = 3;
const REFUSED = 5;

/** A DNS server on loopback that knows what a test tells it (RFC 1035 section 4, RFC 2782, RFC 3403). */
export class DnsResponder {
	records: Readonly<Record<string, Records>> | "silent" = {};
	/** Each question, as `A name`. */
	readonly asked: string[] = [];
	#socket: Bun.udp.Socket<"buffer"> | undefined;

	/** The questions for addresses among them. */
	get askedAddresses(): string[] {
		return this.asked.filter((question) => /^A+ /.test(question));
	}

	get address(): string {
		return `127.0.0.1:${this.#socket?.port}`;
	}

	async start(records: DnsResponder["records"]): Promise<void> {
		this.records = records;
		this.asked.length = 0;
		this.#socket = await Bun.udpSocket({
			hostname: "127.0.0.1",
			port: 0,
			socket: {
				data: (socket, query, port, address) => {
					const answer = this.#answer(query);
					if (answer) socket.send(answer, port, address);
				},
				error() {},
			},
		});
	}

	stop(): void {
		this.#socket?.close();
		this.#socket = undefined;
	}

	#answer(query: Buffer): Buffer | undefined {
		if (this.records === "silent") return undefined;
		const labels: string[] = [];
		let at = 12;
		for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
			labels.push(query.toString("latin1", at + 1, at + 1 + length));
			at += 1 + length;
		}
		const type = query.readUInt16BE(at + 1);
		const name = labels.join(".").toLowerCase();
		const typeName = TYPES[type];
		if (!typeName) throw new Error(`A question of type ${type} was not expected`);
		this.asked.push(`${typeName} ${name}`);
		const known = this.records[name];
		if (known?.silent?.includes(typeName)) return undefined;
		const refused = known?.refused?.includes(typeName) ?? false;
		const data = known && !refused ? dataOf(known, typeName) : [];
		const head = Buffer.from(query.subarray(0, at + 5));
		head.writeUInt16BE(0x8180 | (refused ? REFUSED : known ? 0 : NAME_ERROR), 2);
		head.writeUInt16BE(data.length, 6);
		head.writeUInt16BE(0, 8);
		head.writeUInt16BE(0, 10);
		return Buffer.concat([head, ...data.map((bytes) => record(type, known?.ttl ?? 60, bytes))]);
	}
}

function dataOf({ a = [], aaaa = [], srv = [], naptr = [] }: Records, type: Type): Buffer[] {
	switch (type) {
		case "A":
			return a.map(ipv4Bytes);
		case "AAAA":
			return aaaa.map(ipv6Bytes);
		case "SRV":
			return srv.map(({ priority, weight, port, name }) =>
				Buffer.concat([numbers(priority, weight, port), nameBytes(name)]),
			);
		case "NAPTR":
			return naptr.map(({ order, preference, flags, service, replacement }) =>
				Buffer.concat([
					numbers(order, preference),
					...[flags, service, ""].map(stringBytes),
					nameBytes(replacement),
				]),
			);
	}
}

function numbers(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 2);
	values.forEach((value, index) => {
		bytes.writeUInt16BE(value, index * 2);
	});
	return bytes;
}

function stringBytes(text: string): Buffer {
	return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
}

/** Uncompressed; the empty name is the root. */
function nameBytes(name: string): Buffer {
	const labels = name === "" ? [] : name.split(".");
	return Buffer.concat([...labels.map(stringBytes), Buffer.from([0])]);
}

function record(type: number, ttl: number, data: Buffer): Buffer {
	const head = Buffer.alloc(12);
	head.writeUInt16BE(0xc00c, 0);
	head.writeUInt16BE(type, 2);
	head.writeUInt16BE(1, 4);
	head.writeUInt32BE(ttl, 6);
	head.writeUInt16BE(data.length, 10);
	return Buffer.concat([head, data]);
}

function ipv4Bytes(address: string): Buffer {
	return Buffer.from(address.split(".").map(Number));
}

function ipv6Bytes(address: string): Buffer {
	const [left = "", right = ""] = address.split("::");
	const groups = (text: string) =>
		text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
	const [head, tail] = [groups(left), groups(right)];
	const bytes = Buffer.alloc(16);
	head.forEach((group, index) => {
		bytes.writeUInt16BE(group, index * 2);
	});
	tail.forEach((group, index) => {
		bytes.writeUInt16BE(group, 16 - (tail.length - index) * 2);
	});
	return bytes;
}
