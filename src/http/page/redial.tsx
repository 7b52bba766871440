/** @jsxImportSource hono/jsx */
import type { CallWay } from "../../call/types.ts";
import { useMayCallFrom, useName, useTexts } from "./view.tsx";

/** The two phones of a call and the way they were connected. */
export interface CallToRepeat {
	readonly initiator: string;
	readonly destination: string;
	readonly way: CallWay;
}

/** An address that can be called: a press asks before it calls. */
export function AddressLink({ address }: { readonly address: string }) {
	const name = useName(address);
	return (
		<>
			{name !== undefined && <span class="name">{name}</span>}
			<a href={`/call?${new URLSearchParams({ to: address })}`}>{address}</a>
		</>
	);
}

/** Places the same call again with one press; nothing for those who may not call from that phone. @param text such as `Call again`. */
export function Redial({ call, text }: { readonly call: CallToRepeat; readonly text: string }) {
	const { fromTo } = useTexts();
	if (!useMayCallFrom(call.initiator)) return null;
	const { initiator, destination, way } = call;
	return (
		<form class="redial" action="/calls" method="post" data-places-call>
			<input type="hidden" name="initiator" value={initiator} />
			<input type="hidden" name="destination" value={destination} />
			{way === "anchor" && <input type="hidden" name="anchor" value="true" />}
			<button type="submit" class="quiet">
				{text}
				<span class="hidden">{`: ${fromTo(initiator, destination)}`}</span>
			</button>
		</form>
	);
}

/** The other way round. */
export function reversed({ initiator, destination, way }: CallToRepeat): CallToRepeat {
	return { initiator: destination, destination: initiator, way };
}
