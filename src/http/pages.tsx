/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { ParameterProblem } from "./call-query.ts";
import { AddressField } from "./page/address-field.tsx";
import { STYLE } from "./style.ts";

/** A call that was started, for its confirmation page. */
export interface StartedCall {
	/** As typed. */
	readonly initiator: string;
	readonly destination: string;
	/** As the translation rules made them. */
	readonly initiatorUri: string;
	readonly destinationUri: string;
	readonly anchor: boolean;
	/** Where the call can be watched. */
	readonly page?: string;
}

function render(title: string, content: Child): string {
	const page = (
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>{`${title} - ClickToCall`}</title>
				{/* A constant of ours: escaping would change its hash. */}
				<style dangerouslySetInnerHTML={{ __html: STYLE }} />
			</head>
			<body>
				<main>
					<h1>{title}</h1>
					{content}
				</main>
			</body>
		</html>
	);
	return `<!DOCTYPE html>${page}`;
}

function BackLink() {
	return (
		<p>
			<a href="/index.html">Place a call</a>
		</p>
	);
}

/** The page with the form. */
export function indexPage(): string {
	return render(
		"Click-To-Call",
		<form action="/clicktocall.html" method="get">
			<AddressField
				name="initiator"
				label="Initiator"
				hint="The phone that rings first: yours. A number, a name, or a SIP address."
			/>
			<AddressField
				name="destination"
				label="Destination"
				hint="The phone that is called once the initiator has answered."
			/>
			<label class="choice">
				<input type="checkbox" name="anchor" value="true" />
				Anchor: the server stays in the call
			</label>
			<button type="submit">Call</button>
		</form>,
	);
}

/** The confirmation of the manual. */
export function startedPage(call: StartedCall): string {
	const from = `${call.initiatorUri}(${call.initiator})`;
	const to = `${call.destinationUri}(${call.destination})`;
	const way = call.anchor ? "anchored" : "unanchored";
	return render(
		"Call placed",
		<>
			<p>{`Initiating ClickToCall from ${from} to ${to} (${way})...`}</p>
			{call.page !== undefined && (
				<p>
					<a href={call.page}>Watch the call</a>
				</p>
			)}
			<BackLink />
		</>,
	);
}

/** A request whose parameters cannot be used. */
export function parametersPage(problems: readonly ParameterProblem[]): string {
	return render(
		"No call was placed",
		<>
			<ul>
				{problems.map(({ parameter, problem, expected }) => (
					<li>
						The parameter <code>{parameter}</code> {`${problem}. Expected: ${expected}.`}
					</li>
				))}
			</ul>
			<BackLink />
		</>,
	);
}

/** A request that was refused: what the page is about, and sentences that say why. */
export function messagePage(title: string, ...sentences: readonly string[]): string {
	return render(
		title,
		<>
			{sentences.map((sentence) => (
				<p>{sentence}</p>
			))}
			<BackLink />
		</>,
	);
}
