/**
 * Let the browser load what a call needs (codecs, threads, a key) while the person looks at the device check, rather
 * than after they pressed join. Nothing is sent: no description is set, so no candidate is gathered.
 */
export async function warmUp(): Promise<void> {
  const connection = new RTCPeerConnection();
  try {
    connection.addTransceiver("audio", { direction: "sendonly" });
    connection.addTransceiver("video", { direction: "sendonly" });
    await connection.createOffer();
  } finally {
    connection.close();
  }
}
