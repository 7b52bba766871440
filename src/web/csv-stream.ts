/**
 * Tells spreadsheets, above all Excel, that a file is in UTF-8; other programs would take it for a part of the first
 * name.
 */
export const UTF8_MARK = "\uFEFF";

/**
 * The answer that is a CSV file.
 *
 * @param pieces of its text. The first one is taken at once, so that what cannot be read is an error and no empty file.
 * @param mark text to put first; nothing by default.
 * @throws {unknown} what taking the first piece throws.
 */
export async function csvStream(pieces: AsyncGenerator<string, void, void>, mark = ""): Promise<Response> {
	const first = await pieces.next();
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		start: (controller) => controller.enqueue(encoder.encode(mark + (first.value ?? ""))),
		pull: async (controller) => {
			const { done, value } = await pieces.next();
			if (done) controller.close();
			else controller.enqueue(encoder.encode(value));
		},
		cancel: async () => {
			await pieces.return();
		},
	});
	return new Response(body, {
		headers: {
			"Content-Type": "text/csv; charset=utf-8; header=present",
			"Content-Disposition": 'attachment; filename="clicktocall-history.csv"',
		},
	});
}
