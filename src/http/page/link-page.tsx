/** @jsxImportSource hono/jsx */
import { renderPage } from "./layout.tsx";

/** The page that a link of another program opens: nobody is called before the button is pressed. */
export function linkPage(to: string, from: string): string {
	return renderPage(
		{ title: `Call ${to}?`, section: "calls" },
		<section class="sheet" aria-label="Confirm the call">
			<form id="call-form" action="/calls" method="post">
				<input type="hidden" name="destination" value={to} />
				<label for="initiator">From</label>
				<input
					type="text"
					id="initiator"
					name="initiator"
					value={from}
					required
					autocomplete="on"
					autocapitalize="off"
					spellcheck={false}
					aria-describedby="initiator-hint"
				/>
				<p class="hint" id="initiator-hint">
					Your phone: it rings first.
				</p>
				<button type="submit" class="wide">{`Call ${to}`}</button>
			</form>
		</section>,
	);
}
