import type { OutgoingSummary } from "../message/writer.ts";
import type { RequestLoss } from "../reliability/types.ts";
import type { IncomingRequestMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import type { LargeRequestNetwork } from "./large-requests.ts";
import type { FlowNetwork } from "./leg-flow.ts";

/** What a leg needs to reach its peer: the layers below it. */
export interface LegNetwork extends FlowNetwork, LargeRequestNetwork {
	readonly transport: FlowNetwork["transport"];
	/** Send requests to where a phone's packets came from when its Contact is unreachable. */
	readonly fixContact: boolean;
	readonly transactions: {
		/** @param lost told why there is no final response. */
		sendRequest(
			text: string,
			flow: Flow,
			lost?: (loss: RequestLoss) => void,
			summary?: OutgoingSummary,
		): void;
		/** Nobody waits for the final response any longer. */
		abandonRequest(branch: string, method: string): void;
		/** Takes in the answers to an INVITE that another process has sent. */
		resumeInvite(text: string, flow: Flow, summary: OutgoingSummary): void;
		sendResponse(text: string, request: IncomingRequestMessage, status: number): void;
	};
}
