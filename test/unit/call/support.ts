/** What a phone at 192.0.2.9 says of its session. */
export function sdp(port: number, direction = "sendrecv"): string {
	return `v=0\r\no=phone 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=${direction}\r\n`;
}
