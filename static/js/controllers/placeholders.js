import { Controller } from "@hotwired/stimulus";

const HOLE = /\{([^{}\n]*)\}/g;

// Says at once which placeholders of a text nobody can fill; the server says it again when the text is saved.
export default class extends Controller {
  static values = { known: String, text: String };

  check() {
    const known = new Set(this.knownValue.split(" "));
    const strange = [...this.element.value.matchAll(HOLE)].filter((hole) => !known.has(hole[1])).map((hole) => hole[0]);
    this.element.setCustomValidity(strange.length ? this.textValue.replace("{names}", strange.join(", ")) : "");
    if (strange.length) this.element.reportValidity();
  }
}
