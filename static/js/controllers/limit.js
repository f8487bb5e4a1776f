import { Controller } from "@hotwired/stimulus";

const NEAR = 0.8;

// Says how much room is left, only near the limit.
export default class extends Controller {
  static targets = ["text", "note"];
  static values = { most: Number, unit: String };

  connect() {
    this.rest = this.noteTarget.textContent;
    this.noteTarget.setAttribute("aria-live", "polite");
    this.count();
  }

  count() {
    const used = this.unitValue === "characters" ? characters(this.textTarget.value) : words(this.textTarget.value);
    const left = this.mostValue - used;
    const note = this.noteTarget;
    note.classList.toggle("is-over", left < 0);
    if (used < this.mostValue * NEAR) note.textContent = this.rest;
    else note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", Math.abs(left));
  }
}

function characters(text) {
  return [...text.replace(/\s/gu, "")].length;
}

function words(text) {
  return text.split(/\s+/u).filter(Boolean).length;
}
