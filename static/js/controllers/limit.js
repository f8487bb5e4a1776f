import { Controller } from "@hotwired/stimulus";

const NEAR = 0.8;
const JAPANESE = /[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}]/gu;
const WORD = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu;

// Says how much room is left, only near the limit (far from it the limit is heard, not seen); counts as the server does: a Japanese character is half a
// word, space and punctuation are nothing.
export default class extends Controller {
  static targets = ["text", "note"];
  static values = { most: Number, unit: String };

  connect() {
    this.rest = this.noteTarget.textContent;
    this.noteTarget.setAttribute("aria-live", "polite");
    this.count();
  }

  count() {
    const halves = halfWords(this.textTarget.value);
    const used = this.unitValue === "characters" ? halves : Math.ceil(halves / 2);
    const left = this.mostValue - used;
    const note = this.noteTarget;
    note.classList.toggle("is-over", left < 0);
    const far = used < this.mostValue * NEAR;
    note.classList.toggle("sr", far);
    if (far) note.textContent = this.rest;
    else note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", Math.abs(left));
  }
}

function halfWords(text) {
  const japanese = text.match(JAPANESE)?.length ?? 0;
  const words = text.replace(JAPANESE, " ").match(WORD)?.length ?? 0;
  return japanese + 2 * words;
}
