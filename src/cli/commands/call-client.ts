import { DOMParser } from "@xmldom/xmldom";

/** One result as the XML socket reports it. */
export interface ReportedResult {
	readonly code: number;
	/** Empty when the result is about the request as a whole. */
	readonly leg: string;
	readonly text: string;
	readonly translatedInitiator?: string;
	readonly translatedDestination?: string;
}

/** A call to place over the XML socket of a running server. */
export interface RemoteCall {
	readonly host: string;
	readonly port: number;
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
}

/** The server could not be reached, or it hung up before the final result. */
export class CallClientError extends Error {
	override readonly name = "CallClientError";
}

/** A result that ends the request: the destination's answer, or any failure. */
export function isFinal({ code, leg }: ReportedResult): boolean {
	return code >= 300 || (code >= 200 && leg === "Destination");
}

/**
 * Places a call and waits for its end.
 *
 * @param onResult hears of each result, the final one included.
 * @returns the final result.
 * @throws {CallClientError} when the server cannot be reached or closes the connection too early.
 */
export function placeRemoteCall(
	call: RemoteCall,
	onResult: (result: ReportedResult) => void,
): Promise<ReportedResult> {
	const { promise, resolve, reject } = Promise.withResolvers<ReportedResult>();
	const where = `${call.host}:${call.port}`;
	let pending = "";
	const decoder = new TextDecoder();
	Bun.connect({
		hostname: call.host,
		port: call.port,
		socket: {
			open: (socket) => {
				socket.write(requestOf(call));
			},
			data: (socket, chunk) => {
				pending += decoder.decode(chunk, { stream: true });
				for (let end = pending.indexOf(END); end >= 0; end = pending.indexOf(END)) {
					const result = resultOf(pending.slice(0, end + END.length));
					pending = pending.slice(end + END.length);
					onResult(result);
					if (!isFinal(result)) continue;
					resolve(result);
					socket.end();
				}
			},
			close: () =>
				reject(new CallClientError(`the server at ${where} closed the connection before the final result`)),
			error: (_socket, error) => reject(new CallClientError(`connection with ${where}: ${error.message}`)),
		},
	}).catch((error: unknown) => {
		const reason = error instanceof Error ? error.message : String(error);
		reject(new CallClientError(`no server answers at ${where} (XmlRpcPort): ${reason}`));
	});
	return promise;
}

const END = "</ClickToCall>";

function requestOf({ initiator, destination, anchor }: RemoteCall): string {
	return [
		"<ClickToCall>",
		"<Request>",
		`<Initiator>${escapeXml(initiator)}</Initiator>`,
		`<Destination>${escapeXml(destination)}</Destination>`,
		`<AnchorCall>${anchor}</AnchorCall>`,
		"</Request>",
		"</ClickToCall>",
		"",
	].join("\n");
}

function resultOf(text: string): ReportedResult {
	const document = new DOMParser().parseFromString(text.trim(), "text/xml");
	const textOf = (name: string): string | undefined =>
		document.getElementsByTagName(name).item(0)?.textContent ?? undefined;
	const result = document.getElementsByTagName("Result").item(0);
	const translatedInitiator = textOf("TranslatedInitiator");
	const translatedDestination = textOf("TranslatedDestination");
	return {
		code: Number(result?.getAttribute("Code") ?? 0),
		leg: result?.getAttribute("Leg") ?? "",
		text: result?.textContent ?? "",
		...(translatedInitiator !== undefined && { translatedInitiator }),
		...(translatedDestination !== undefined && { translatedDestination }),
	};
}

function escapeXml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
