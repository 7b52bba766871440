/** @jsxImportSource hono/jsx */

import { formatHostPort } from "../../net/host-port.ts";
import { isAnywhere, type ListeningPlace } from "../../net/listening-place.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import type { RunningRule } from "../../translate/translator.ts";
import { ADMIN_TEXTS } from "../../words/admin/texts.ts";
import type { AdminTexts } from "../../words/admin/types.ts";
import type { Language } from "../../words/texts.ts";
import { BoxNavigation } from "../box/frame.tsx";
import { renderPage } from "../page/layout.tsx";
import { TableHead } from "../page/table-head.tsx";
import type { View } from "../page/view.tsx";
import { TryAddress } from "./try-address.tsx";
import type { AdminSource, Fact } from "./types.ts";

export interface AdminPageRequest {
	/** To try; empty for none. */
	readonly address: string;
	/** Whether the log is what is wanted. */
	readonly showLog: boolean;
	/** Whether there are pages that set the box up. */
	readonly hasBox: boolean;
}

/** The administration page. */
export function adminPage(view: View, source: AdminSource, request: AdminPageRequest): string {
	const { address, showLog, hasBox } = request;
	const texts = ADMIN_TEXTS[view.texts.language];
	const translation = address === "" ? undefined : source.translate(address);
	return renderPage(
		view,
		{ title: texts.title, section: "admin" },
		<>
			{hasBox && <BoxNavigation view={view} />}
			<section class="sheet" aria-labelledby="server-heading">
				<h2 id="server-heading">{texts.server}</h2>
				<Facts texts={texts} language={view.texts.language} source={source} />
			</section>
			<section class="sheet" aria-labelledby="rules-heading">
				<h2 id="rules-heading">{texts.rules}</h2>
				<TryAddress texts={texts} noRule={view.texts.noRule} address={address} translation={translation} />
				<Rules texts={texts} rules={source.rules()} taken={translation?.rule} />
			</section>
			<section class="sheet" aria-labelledby="log-heading">
				<div class="heading">
					<h2 id="log-heading">{texts.log}</h2>
					{/* Another address than that of the page before, so that browsers do load it. */}
					<a href={`/admin?log=${systemWallClock.now()}`}>{texts.reload}</a>
				</div>
				<Log texts={texts} lines={source.log()} inView={showLog} />
			</section>
		</>,
	);
}

function placeText(texts: AdminTexts, { name, protocol, address, port }: ListeningPlace): string {
	const place = isAnywhere(address) ? texts.anywhere(port) : formatHostPort(address, port);
	return texts.listensAt(name, protocol, place);
}

interface FactsProps {
	readonly texts: AdminTexts;
	readonly language: Language;
	readonly source: AdminSource;
}

function Facts({ texts, language, source }: FactsProps) {
	return (
		<dl class="facts">
			{source.facts(language).map(({ name, state, text }: Fact) => (
				<>
					<dt>{name}</dt>
					<dd>
						{state && <span class={`state ${state.kind}`}>{state.text}</span>} {text}
					</dd>
				</>
			))}
			<dt>{texts.listensFor}</dt>
			{source.listening().map((place) => (
				<dd>{placeText(texts, place)}</dd>
			))}
		</dl>
	);
}

interface RulesProps {
	readonly texts: AdminTexts;
	readonly rules: readonly RunningRule[];
	/** The rule that takes the address that was tried. */
	readonly taken: RunningRule | undefined;
}

function Rules({ texts, rules, taken }: RulesProps) {
	if (rules.length === 0) return <p class="alert">{texts.noRules}</p>;
	return (
		<section class="scroll" tabindex={0} aria-label={texts.ruleTable}>
			<table class="records rules">
				<TableHead columns={[texts.order, texts.pattern, texts.output, texts.engine, texts.where]} />
				<tbody>
					{rules.map(({ pattern, output, engine, file, line }, index) => (
						<tr {...(taken?.file === file && taken.line === line && { class: "taken" })}>
							<td data-label={texts.order}>{String(index + 1)}</td>
							<td data-label={texts.pattern}>
								<code>{pattern}</code>
							</td>
							<td data-label={texts.output}>
								<code>{output}</code>
							</td>
							<td data-label={texts.engine}>{engine}</td>
							<td data-label={texts.where}>{`${file}:${line}`}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}

interface LogProps {
	readonly texts: AdminTexts;
	readonly lines: readonly string[] | undefined;
	readonly inView: boolean;
}

function Log({ texts, lines, inView }: LogProps) {
	if (!lines) return <p class="empty">{texts.noLog}</p>;
	if (lines.length === 0) return <p class="empty">{texts.emptyLog}</p>;
	return (
		<section class="log" tabindex={0} aria-label={texts.lastLines} autofocus={inView}>
			<pre>{lines.join("\n")}</pre>
		</section>
	);
}
