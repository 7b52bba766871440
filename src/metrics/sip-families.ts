import type { MessageCounts } from "../sip/transport/counters.ts";
import { PROTOCOL_NAMES, PROTOCOLS, type TransportProtocol } from "../sip/transport/protocols.ts";
import { byKey, gauge, type MetricFamily, type Sample } from "./families.ts";
import type { MetricSources } from "./sources.ts";

/** What there is of protocols, each with its label. */
function byProtocol<Value>(
	values: Readonly<Partial<Record<TransportProtocol, Value>>>,
): (readonly [label: string, value: Value])[] {
	return PROTOCOL_NAMES.flatMap((name) => {
		const value = values[name];
		return value === undefined ? [] : [[PROTOCOLS[name].parameter, value] as const];
	});
}

/** What goes over the wire. */
export function sipFamilies({ sip, registered }: MetricSources): MetricFamily[] {
	const bothWays = (
		select: (counts: MessageCounts) => readonly (readonly [string, number])[],
	): Sample<number>[] => {
		const { messagesSent, messagesReceived } = sip().messages;
		const samples = (direction: string, counts: MessageCounts): Sample<number>[] =>
			select(counts).map(([label, count]) => [[direction, label], count]);
		return [...samples("sent", messagesSent), ...samples("received", messagesReceived)];
	};
	const families: MetricFamily[] = [
		{
			type: "counter",
			name: "clicktocall_sip_requests_total",
			help: "SIP requests by direction and method, including retransmissions",
			labels: ["direction", "method"],
			samples: () => bothWays((counts) => counts.requests),
		},
		{
			type: "counter",
			name: "clicktocall_sip_responses_total",
			help: "SIP responses by direction and status code, including retransmissions; unregistered codes by class",
			labels: ["direction", "code"],
			samples: () => bothWays((counts) => counts.responses),
		},
		{
			type: "counter",
			name: "clicktocall_sip_retransmissions_total",
			help: "Retransmitted SIP messages",
			labels: ["direction"],
			samples: () => {
				const { retransmissions, absorbed } = sip().repetitions;
				return byKey({ sent: retransmissions, received: absorbed });
			},
		},
		{
			type: "counter",
			name: "clicktocall_sip_messages_dropped_total",
			help: "SIP messages that belong to no transaction, and requests beyond what the server can hold at a time",
			labels: ["reason"],
			samples: () => {
				const { unmatched, refused } = sip().repetitions;
				return byKey({ stray: unmatched, overload: refused });
			},
		},
		{
			type: "counter",
			name: "clicktocall_sip_transport_errors_total",
			help: "Messages that could not be sent, connections that could not be opened, bytes that were not a SIP message",
			labels: ["transport", "kind"],
			samples: () =>
				byProtocol(sip().messages.errors).flatMap(([label, kinds]) =>
					Object.entries(kinds).map(([kind, count]): Sample<number> => [[label, kind], count]),
				),
		},
		{
			type: "gauge",
			name: "clicktocall_sip_connections",
			help: "Open SIP connections",
			labels: ["transport"],
			samples: () => byProtocol(sip().connections).map(([label, open]) => [[label], open]),
		},
		gauge("clicktocall_sip_legs", "Open dialogs with phones", () => sip().legs),
		{
			type: "gauge",
			name: "clicktocall_sip_transactions",
			help: "Transactions that are open, or kept to recognise retransmissions",
			labels: ["role"],
			samples: () => {
				const { clients, servers } = sip().transactions;
				return byKey({ client: clients, server: servers });
			},
		},
	];
	if (registered) {
		const help = "1 while the identity is registered, by this box";
		families.push(gauge("clicktocall_registered", help, () => (registered() ? 1 : 0)));
	}
	return families;
}
