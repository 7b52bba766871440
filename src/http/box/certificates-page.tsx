/** @jsxImportSource hono/jsx */
import { keysOf } from "../../one-of.ts";
import { dateAndTime } from "../../words/words.ts";
import { TableHead } from "../page/table-head.tsx";
import type { View } from "../page/view.tsx";
import { boxPage, boxTexts, Field, type Notice } from "./frame.tsx";
import { Pending, type PendingContent } from "./pending.tsx";
import type { ShownCertificate } from "./types.ts";

/** What the page is to say. */
export interface CertificatesPageContent extends PendingContent {
	readonly notice?: Notice | undefined;
	readonly certificates: readonly ShownCertificate[];
}

/** The page of the certificates. */
export function certificatesPage(view: View, content: CertificatesPageContent): string {
	const { notice, certificates, ...pending } = content;
	const texts = boxTexts(view).certificates;
	return boxPage(
		view,
		"/setup/certificates",
		notice,
		<>
			<Pending view={view} {...pending} />
			<section class="sheet">
				<h2>{texts.inUse}</h2>
				{certificates.length === 0 ? (
					<p class="empty">{texts.none}</p>
				) : (
					<section class="scroll" tabindex={0} aria-label={texts.inUse}>
						<table class="records">
							<TableHead columns={[texts.use, texts.names, texts.end, texts.file]} />
							<tbody>
								{certificates.map(({ use, names, end, expired, file }) => (
									<tr>
										<td data-label={texts.use}>{texts.uses[use]}</td>
										<td class="names" data-label={texts.names}>
											{names.join(", ")}
										</td>
										<td data-label={texts.end}>
											{dateAndTime(end)} {expired && <span class="state bad">{texts.expired}</span>}
										</td>
										<td data-label={texts.file}>
											<code>{file}</code>
										</td>
									</tr>
								))}
							</tbody>
						</table>
					</section>
				)}
			</section>
			<section class="sheet" aria-labelledby="upload-heading">
				<h2 id="upload-heading">{texts.upload}</h2>
				<p>{texts.explain}</p>
				<form action="/setup/certificates" method="post" enctype="multipart/form-data">
					<label for="use">{texts.use}</label>
					<select id="use" name="use">
						{keysOf(texts.uses).map((use) => (
							<option value={use}>{texts.uses[use]}</option>
						))}
					</select>
					<Field id="certificate" label={texts.certificate} type="file" required />
					<Field id="key" label={texts.key} type="file" hint={texts.keyHint} />
					<p>
						<button type="submit">{texts.put}</button>
					</p>
				</form>
			</section>
		</>,
	);
}
