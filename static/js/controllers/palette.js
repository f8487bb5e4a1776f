import { Controller } from "@hotwired/stimulus";
import { composing } from "../typing.js";

const PAUSE = 120;

// Ctrl/Cmd-K: go to a place of the navigation, or find an idea. The server answers [{label, detail, url}].
export default class extends Controller {
  static targets = ["dialog", "input", "list", "note"];

  key(event) {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      this.open(event);
    }
  }

  // Enter in the search field presses its button too; that is a plain search.
  open(event) {
    if (event.type === "click" && document.activeElement?.name === "q") return;
    event.preventDefault();
    if (this.dialogTarget.open) return;
    const typed = event.target.closest?.("form.search")?.elements.q.value;
    this.dialogTarget.showModal();
    this.inputTarget.value = typed ?? "";
    this.inputTarget.focus();
    this.find();
  }

  find() {
    clearTimeout(this.timer);
    const words = this.inputTarget.value.trim();
    this.show(this.places(words), words);
    if (words && this.dialogTarget.dataset.url) this.timer = setTimeout(() => this.ask(words), PAUSE);
  }

  places(words) {
    const links = document.querySelectorAll(".side a");
    return [...links]
      .map((link) => ({ label: link.querySelector("span").textContent, detail: this.noteTarget.dataset.places, url: link.href }))
      .filter(({ label }) => fold(label).includes(fold(words)));
  }

  async ask(words) {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.dialogTarget.dataset.url, location.href);
    url.searchParams.set("q", words);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.request.signal });
      if (!answer.ok || words !== this.inputTarget.value.trim()) return;
      this.show([...this.places(words), ...(await answer.json())], words, true);
    } catch (error) {
      if (error.name !== "AbortError") this.show(this.places(words), words, true);
    }
  }

  show(results, words, complete = !words || !this.dialogTarget.dataset.url) {
    this.listTarget.replaceChildren(...results.map((result, index) => option(result, index)));
    this.noteTarget.textContent = results.length || !complete ? "" : this.noteTarget.dataset.none;
    this.select(0);
  }

  select(index) {
    const options = [...this.listTarget.children];
    this.at = options.length ? (index + options.length) % options.length : -1;
    options.forEach((one, i) => one.setAttribute("aria-selected", i === this.at));
    options[this.at]?.scrollIntoView({ block: "nearest" });
    if (this.at < 0) this.inputTarget.removeAttribute("aria-activedescendant");
    else this.inputTarget.setAttribute("aria-activedescendant", options[this.at].id);
  }

  move(event) {
    if (composing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.select(this.at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.go(this.listTarget.children[this.at]);
    }
  }

  choose(event) {
    event.preventDefault();
  }

  pick(event) {
    this.go(event.target.closest("[role=option]"));
  }

  go(chosen) {
    if (chosen) location.assign(chosen.dataset.url);
  }
}

function option({ label, detail, url }, index) {
  const item = document.createElement("li");
  item.id = `palette-${index}`;
  item.setAttribute("role", "option");
  item.dataset.url = url;
  const name = document.createElement("span");
  name.textContent = label;
  const small = document.createElement("small");
  small.textContent = detail ?? "";
  item.append(name, small);
  return item;
}

function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}
