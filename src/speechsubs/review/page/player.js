// The recording next to the list: plays a cue and stops at its end.
"use strict";

class Player {
  constructor(data, aside) {
    this.media = data.media;
    this.aside = aside;
    this.video = aside.querySelector("video");
    this.caption = aside.querySelector("#caption");
    this.hint = aside.querySelector("#player-hint");
    this.own = new Map();
    this.source = null;
    this.end = null;
    this.video.addEventListener("timeupdate", () => this.stopAtEnd());
    // Audio needs no black video frame.
    this.video.addEventListener("loadedmetadata", () => {
      this.video.classList.toggle("sound", !this.video.videoWidth);
    });
    this.video.addEventListener("error", () => {
      this.hint.textContent = "This recording cannot be played. Choose the file again below.";
    });
    aside.querySelector("#media-file").addEventListener("change", (event) => this.choose(event));
    aside.hidden = !Object.keys(this.media).length;
  }

  /** Show the recording of an item's source. */
  follow(item) {
    if (this.source === item.source_id) return;
    this.source = item.source_id;
    const address = this.own.get(this.source) || this.media[this.source];
    this.video.hidden = !address;
    this.hint.textContent = address ? "" : "No recording for this source.";
    if (address) this.video.src = address;
    else this.video.removeAttribute("src");
    this.video.load();
  }

  choose(event) {
    const [file] = event.target.files;
    if (!file || this.source === null) return;
    const old = this.own.get(this.source);
    if (old) URL.revokeObjectURL(old);
    this.own.set(this.source, URL.createObjectURL(file));
    const again = this.source;
    this.source = null;
    this.follow({ source_id: again });
  }

  play(item, cues, lines, script) {
    this.aside.hidden = false;
    this.follow(item);
    if (this.video.hidden || !cues.length) return;
    const start = cues[0].start_ms / 1000;
    this.end = cues[cues.length - 1].end_ms / 1000;
    this.caption.replaceChildren(...lines.map((line) => h("span", script, line)));
    const go = () => {
      this.video.currentTime = start;
      this.video.play().then(() => this.watch(), () => {
        this.hint.textContent = "The browser blocked playback: press play in the player once.";
      });
    };
    if (this.video.readyState >= 1) go();
    else this.video.addEventListener("loadedmetadata", go, { once: true });
  }

  /* Time updates fire about four times per second: too coarse for a short cue. */
  watch() {
    if (this.stopAtEnd() || this.video.paused) return;
    requestAnimationFrame(() => this.watch());
  }

  stopAtEnd() {
    if (this.end === null || this.video.currentTime < this.end) return false;
    this.video.pause();
    this.end = null;
    return true;
  }
}
