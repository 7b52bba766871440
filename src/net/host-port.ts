/** Writes a host and a port as in a URI or a Via: an IPv6 address in brackets. */
export function formatHostPort(address: string, port: number): string {
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
