/** The addresses of one name. */
interface Records {
	readonly a: readonly string[];
	readonly aaaa: readonly string[];
	/** Seconds. */
	readonly ttl: number;
}

const TYPES: Readonly<Record<number, "A" | "AAAA">> = { 1: "A", 28: "AAAA" };
const NAME_ERROR = 3;

/** A DNS server on loopback that knows what a test tells it (RFC 1035 section 4). */
export class DnsResponder {
	records: Readonly<Record<string, Records>> | "silent" = {};
	/** Each question, as `A name`. */
	readonly asked: string[] = [];
	#socket: Bun.udp.Socket<"buffer"> | undefined;

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
		this.asked.push(`${TYPES[type]} ${name}`);
		const known = this.records[name];
		const data = !known ? [] : TYPES[type] === "A" ? known.a.map(ipv4Bytes) : known.aaaa.map(ipv6Bytes);
		const head = Buffer.from(query.subarray(0, at + 5));
		head.writeUInt16BE(0x8180 | (known ? 0 : NAME_ERROR), 2);
		head.writeUInt16BE(data.length, 6);
		head.writeUInt16BE(0, 8);
		head.writeUInt16BE(0, 10);
		return Buffer.concat([head, ...data.map((bytes) => record(type, known?.ttl ?? 0, bytes))]);
	}
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
