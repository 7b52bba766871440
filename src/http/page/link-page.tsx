/** @jsxImportSource hono/jsx */
import { AddressField } from "./address-field.tsx";
import { renderPage } from "./layout.tsx";

/** The page that a link of another program opens: nobody is called before the button is pressed. @param phones the only ones to call from. */
export function linkPage(to: string, from: string, phones?: readonly string[]): string {
	return renderPage(
		{ title: `Call ${to}?`, section: "calls" },
		<section class="sheet" aria-label="Confirm the call">
			<form id="call-form" data-places-call action="/calls" method="post">
				<input type="hidden" name="destination" value={to} />
				<AddressField
					name="initiator"
					label="From"
					hint="Your phone: it rings first."
					value={from}
					autofocus={from === ""}
					choices={phones}
				/>
				<button type="submit" class="wide">{`Call ${to}`}</button>
			</form>
		</section>,
	);
}
