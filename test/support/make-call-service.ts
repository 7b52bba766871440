import { CallService, type CallServiceOptions } from "../../src/call/call-service.ts";
import type { CallListener, CallRequest, PlacedCall } from "../../src/call/types.ts";
import { parseUri } from "../../src/sip/message/uri.ts";
import { systemWallClock } from "../../src/time/wall-clock.ts";
import { MemoryLogger } from "./memory-logger.ts";

/** Where the phones are. */
interface Hosts {
	readonly initiators: string;
	readonly destinations: string;
}

/** Names become users at the hosts, SIP URIs of initiators stay as they are, and an empty destination is refused. */
function usersAt({ initiators, destinations }: Hosts): CallServiceOptions["translator"] {
	return {
		translatePair: (initiator, destination) =>
			destination === ""
				? {
						ok: false,
						reason: `No translation rule for ${initiator}`,
						refused: [{ name: "destination", address: destination, reason: "it is empty" }],
					}
				: {
						ok: true,
						initiator: initiator.startsWith("sip:") ? initiator : `sip:${initiator}@${initiators}`,
						destination: `sip:${destination}@${destinations}`,
					},
	};
}

/** Places a call that is taken, and hears its results. */
export function placeCall(
	service: CallService,
	request: CallRequest,
	listener: CallListener = () => {},
): PlacedCall {
	const placed = service.place(request);
	if (!placed.accepted) throw new Error(placed.result.text);
	placed.listen(listener);
	return placed;
}

/** Call control without limits, but for what the test asks for. */
export function makeCallService(
	options: Pick<CallServiceOptions, "legs" | "clock"> & Partial<CallServiceOptions>,
	hosts: Hosts = { initiators: "192.0.2.2", destinations: "192.0.2.3" },
): CallService {
	const identity = parseUri("sip:click2call@example.com");
	if (!identity) throw new Error("identity");
	return new CallService({
		translator: usersAt(hosts),
		callerIdentity: "initiator",
		identity,
		routeSet: [],
		referToHeaders: false,
		autoAnswer: "off",
		limits: { initiatorTimeout: 0, destinationTimeout: 0, maxDuration: 0 },
		maxCalls: 0,
		maxCallsPerSecond: 0,
		wall: systemWallClock,
		log: new MemoryLogger(),
		...options,
	});
}
