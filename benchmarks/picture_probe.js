// Runs before any script of a page, ours or the bare one: notes when Join was clicked and when the first frame
// of somebody else's video was decoded in an element of the page. `window.__probe` holds milliseconds of
// performance.now().
(() => {
  const probe = { click: null, picture: null, tracks: 0 };
  const remote = new Set();
  window.__probe = probe;

  addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button && probe.click === null) probe.click = performance.now();
    },
    true,
  );

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...parameters) {
      super(...parameters);
      this.addEventListener("track", (event) => {
        remote.add(event.track.id);
        probe.tracks += 1;
      });
    }
  };

  const watched = new WeakSet();
  function showsSomebodyElse(video) {
    const stream = video.srcObject;
    return stream instanceof MediaStream && stream.getVideoTracks().some((track) => remote.has(track.id));
  }
  function watch() {
    for (const video of document.querySelectorAll("video")) {
      if (watched.has(video) || !showsSomebodyElse(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback((now) => {
        if (probe.picture === null) probe.picture = performance.now();
      });
    }
    if (probe.picture === null) requestAnimationFrame(watch);
  }
  requestAnimationFrame(watch);
})();
