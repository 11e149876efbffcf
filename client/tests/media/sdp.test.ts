import { expect, it } from "vitest";

import { withoutAddresses } from "../../src/media/sdp";

const sdp = [
  "v=0",
  "o=- 46117 2 IN IP4 127.0.0.1",
  "m=audio 54321 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 198.51.100.7",
  "a=rtcp:54321 IN IP4 198.51.100.7",
  "a=candidate:1 1 udp 2122260223 198.51.100.7 54321 typ host",
  "a=end-of-candidates",
  "a=ice-ufrag:abcd",
  "m=video 0 UDP/TLS/RTP/SAVPF 96",
  "c=IN IP6 2001:db8::7",
  "",
].join("\r\n");

it("p9: leaves no address of the sender in an SDP", () => {
  const bare = withoutAddresses(sdp);
  expect(bare).not.toMatch(/198\.51\.100|2001:db8|54321|candidate/);
});

it("keeps everything else, a rejected line included", () => {
  expect(withoutAddresses(sdp).split("\r\n")).toEqual([
    "v=0",
    "o=- 46117 2 IN IP4 127.0.0.1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=ice-ufrag:abcd",
    "m=video 0 UDP/TLS/RTP/SAVPF 96",
    "c=IN IP4 0.0.0.0",
    "",
  ]);
});
