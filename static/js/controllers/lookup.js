import { Controller } from "@hotwired/stimulus";

const PAUSE = 250;

// Offers employees while a name is typed; the field takes the address. Without script, or when the
// list cannot be had, the whole name or the address is typed.
export default class extends Controller {
  static values = { url: String };

  connect() {
    this.list = document.createElement("datalist");
    this.list.id = `${this.element.id}-found`;
    this.element.after(this.list);
    this.element.setAttribute("list", this.list.id);
  }

  disconnect() {
    clearTimeout(this.timer);
    this.list.remove();
  }

  find(event) {
    clearTimeout(this.timer);
    if (!event.isComposing) this.timer = setTimeout(() => this.load(), PAUSE);
  }

  async load() {
    const words = this.element.value.trim();
    if (!words || words.includes("@")) return;
    const headers = { Accept: "application/json" };
    try {
      const answer = await fetch(`${this.urlValue}?q=${encodeURIComponent(words)}`, { headers });
      if (answer.ok) this.show((await answer.json()).people);
    } catch {
      this.list.replaceChildren();
    }
  }

  show(people) {
    const options = people.map(({ email, name, department }) => {
      const option = document.createElement("option");
      option.value = email;
      option.label = [name, department].filter(Boolean).join(" · ");
      return option;
    });
    this.list.replaceChildren(...options);
  }
}
