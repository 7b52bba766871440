import { expect, test } from "bun:test";
import fc from "fast-check";
import { type CallRecord, readCallRecord } from "../../../src/call/call-record.ts";
import { recordOf, rowOf } from "../../../src/call/call-row.ts";
import { LEG_STAGES, type LegRecord } from "../../../src/sip/leg/leg-record.ts";
import { changesOf, withChanges } from "../../../src/state/record-changes.ts";
import { callRecord } from "../../support/call-record.ts";

/** As it is read again. */
const read = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const line = fc.stringMatching(/^[a-z é"\\]*$/);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.option(value, { nil: undefined });
const uri = fc.nat(9).map((number) => `sip:a${number}@192.0.2.1`);
const version = fc.constant(1 as const);

const leg: fc.Arbitrary<LegRecord> = fc
	.record({
		version: fc.constant(2 as const),
		stage: fc.constantFrom(...LEG_STAGES),
		id: line,
		address: uri,
		privacy: maybe(line),
		offered: fc.boolean(),
		dialog: fc.record({
			version,
			callId: line,
			localTag: line,
			remoteTag: line,
			localUri: uri,
			displayName: line,
			remoteUri: uri,
			remoteTarget: uri,
			routeSet: fc.array(line, { maxLength: 2 }),
			localCSeq: fc.nat(9),
			remoteCSeq: maybe(fc.nat(9)),
			inviteCSeq: fc.nat(9),
			secure: fc.boolean(),
			contactScheme: fc.constantFrom("sip" as const, "sips" as const),
		}),
		local: fc.record({
			version,
			sessionId: fc.nat(),
			sessionVersion: fc.nat(),
			address: line,
			content: fc.string(),
			written: maybe(fc.string()),
			slots: fc.array(line, { maxLength: 2 }),
		}),
		timer: fc.record({
			version,
			interval: fc.nat(),
			shortest: fc.nat(),
			ours: fc.boolean(),
			agreed: fc.boolean(),
			refreshAt: maybe(fc.nat()),
			expiryAt: maybe(fc.nat()),
		}),
		flow: fc.record({
			version,
			found: maybe(
				fc.record({
					nextHop: line,
					target: fc.record(
						{
							protocol: fc.constantFrom("UDP" as const, "TCP" as const, "TLS" as const),
							address: line,
							port: fc.nat(65_535),
							domain: line,
						},
						{ requiredKeys: ["protocol", "address", "port"] },
					),
				}),
			),
			told: maybe(line),
			seenAt: maybe(line),
		}),
		invite: fc.constant({ branch: "z9hG4bK1", via: "UDP 192.0.2.1:5072" }),
		offer: maybe(fc.string()),
		refer: maybe(
			fc.record({
				version,
				id: line,
				state: fc.constantFrom("waiting" as const, "active" as const, "ended" as const),
				left: fc.boolean(),
				proven: fc.boolean(),
				count: fc.nat(9),
			}),
		),
		transfer: maybe(line),
	})
	.map((record) => ({ ...record, invite: record.stage === "calling" ? record.invite : undefined }));

const result = fc.record(
	{
		code: fc.nat(699),
		leg: fc.constantFrom("Initiator" as const, "Destination" as const),
		text: line,
		final: fc.boolean(),
	},
	{ requiredKeys: ["code", "text", "final"] },
);

const call: fc.Arbitrary<CallRecord> = fc.record({
	version: fc.constant(2 as const),
	id: line,
	startedAt: fc.nat(),
	request: fc.record({
		initiator: fc.string(),
		destination: fc.string(),
		anchor: fc.boolean(),
		origin: fc.record(
			{ via: fc.constantFrom("xml" as const, "http" as const), peer: fc.string(), user: fc.string() },
			{ requiredKeys: ["via"] },
		),
	}),
	initiator: fc.string(),
	destination: fc.string(),
	way: fc.constantFrom("refer" as const, "anchor" as const),
	state: fc.constantFrom("calling initiator" as const, "referring" as const, "connected" as const),
	results: fc.array(result, { maxLength: 4 }),
	final: fc.boolean(),
	endsAt: maybe(fc.nat()),
	limitAt: maybe(fc.nat()),
	answeredAt: maybe(fc.nat()),
	referral: maybe(
		fc.record({
			version,
			state: fc.constantFrom("asking" as const, "waiting" as const, "unreported" as const),
			failure: fc.nat(699),
		}),
	),
	initiatorLeg: maybe(leg),
	destinationLeg: maybe(leg),
	otherLegs: fc.array(leg, { maxLength: 1 }),
});

test("whatever the record of a call says is read from its row", () => {
	fc.assert(
		fc.property(call, (record) => {
			const row = read(rowOf(record)) as unknown[];
			expect(readCallRecord(recordOf(row))).toEqual(readCallRecord(read(record)));
		}),
		{ numRuns: 1000 },
	);
});

test("and from an earlier row with what has changed since then", () => {
	fc.assert(
		fc.property(call, call, (before, after) => {
			const row = withChanges(read(rowOf(before)), read(changesOf(rowOf(before), rowOf(after)))) as unknown[];
			expect(readCallRecord(recordOf(row))).toEqual(readCallRecord(read(after)));
		}),
		{ numRuns: 1000 },
	);
});

test("each value has its place, which other versions of the program know, too", () => {
	expect(JSON.stringify(rowOf(callRecord()))).toBe(
		String.raw`[2,"call",1,"phone","other",false,"xml",null,null,"sip:phone@192.0.2.7","sip:other@192.0.2.8","refer","calling initiator",[],false,null,null,null,null,null,null,[],2,"calling","leg","sip:phone@192.0.2.7",null,true,null,null,1,"call-id","ours","","sip:server@example.com","Click-To-Call","sip:phone@192.0.2.7","sip:phone@192.0.2.7",["<sip:proxy.example.com;lr>"],1,null,1,false,"sip",1,4,5,"192.0.2.1","v=0\r\n",null,["audio"],1,0,90,false,false,null,null,1,null,null,null,null,null,"192.0.2.1",null,"z9hG4bK1","UDP 192.0.2.1:5072",null,null,null,null,null,null]`,
	);
});
